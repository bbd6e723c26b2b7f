package dev.piecewise.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The one rule for names that come from keys and torrents and become names of files. */
public final class FilePath {
    /** Longest component in UTF-8 bytes: what Linux file systems accept, less room for temporary suffixes. */
    public static final int MAX_COMPONENT_BYTES = 240;

    /** The order of files in a torrent. Java compares UTF-16, which puts characters beyond U+FFFF before some others. */
    public static final Comparator<String> UTF8_ORDER =
            Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private FilePath() {}

    /**
     * Splits and checks a relative path.
     *
     * @return its components, at least one
     * @throws IllegalArgumentException naming the path if a component is empty, {@code .}, {@code ..}, holds a NUL or a
     *     lone surrogate, or is longer than {@value #MAX_COMPONENT_BYTES} bytes
     */
    public static List<String> check(String path) {
        List<String> components = List.of(path.split("/", -1));
        components.forEach(component -> checkComponent(component, path));
        return components;
    }

    private static void checkComponent(String component, String path) {
        String reason = null;
        if (component.isEmpty()) {
            reason = "has an empty component";
        } else if (component.equals(".") || component.equals("..")) {
            reason = "has the component '" + component + "'";
        } else if (component.indexOf('\0') >= 0) {
            reason = "holds a NUL";
        } else if (!StandardCharsets.UTF_8.newEncoder().canEncode(component)) {
            reason = "is not Unicode text";
        } else if (component.getBytes(StandardCharsets.UTF_8).length > MAX_COMPONENT_BYTES) {
            reason = "has a component of more than " + MAX_COMPONENT_BYTES + " bytes";
        }
        if (reason != null) {
            throw new IllegalArgumentException(
                    "'" + shown(path) + "' " + reason + " and cannot become the name of a file");
        }
    }

    /** A path or key as it may be printed: control characters, which could rule a terminal, stand as {@code \\uXXXX}. */
    public static String shown(String path) {
        StringBuilder shown = new StringBuilder();
        path.chars().forEach(unit -> {
            if (Character.isISOControl(unit)) {
                shown.append(String.format("\\u%04x", unit));
            } else {
                shown.append((char) unit);
            }
        });
        return shown.toString();
    }
}
