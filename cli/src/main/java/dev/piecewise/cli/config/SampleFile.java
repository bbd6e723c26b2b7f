package dev.piecewise.cli.config;

import dev.piecewise.tracker.artifact.OriginProfiles;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The file that {@code config init} writes: every setting, explained, with its default, commented out. */
public final class SampleFile {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int WIDTH = 110;
    private static final String TOP =
            """
            # Configuration of Piecewise. A line '#key: value' shows a default: remove its '#' and change the value. What an option
            # says comes before the environment, the environment before this file, and this file before the defaults.
            # 'piecewise config show' prints what is in force, and where each value comes from.

            """;

    private SampleFile() {}

    /** @param explained a setting's description, for people */
    public static String text(Function<Setting, List<String>> explained) {
        StringBuilder text = new StringBuilder(TOP);
        for (Section section : Section.values()) {
            text.append("# ").append(section.summary()).append('\n');
            text.append(section.word()).append(":\n");
            for (Setting setting : Setting.ALL) {
                if (setting.section() == section) {
                    setting(text, setting, explained.apply(setting));
                }
            }
        }
        profiles(text);
        return text.toString();
    }

    private static void profiles(StringBuilder text) {
        text.append(
                "# The tracker's ways to origins. 'default' is for requests that name none; others have any name.\n");
        text.append(Profiles.SECTION)
                .append(":\n  #")
                .append(OriginProfiles.DEFAULT)
                .append(":\n");
        for (ProfileKey key : ProfileKey.values()) {
            comment(text, "  ", key.explained() + (key.hasDefault() ? "" : " Default: " + key.otherwise() + "."));
            text.append("    #").append(key.word()).append(':');
            text.append(key.hasDefault() ? " " + key.otherwise() : "").append('\n');
        }
    }

    private static void setting(StringBuilder text, Setting setting, List<String> explained) {
        String repeated = "Default: " + setting.otherwise();
        explained.stream()
                .filter(paragraph -> !paragraph.equals(repeated))
                .forEach(paragraph -> comment(text, "", paragraph));
        comment(text, "", "Option " + setting.option() + ", environment " + setting.variable() + ".");
        text.append("  #").append(setting.name()).append(':');
        setting.byDefault().ifPresent(value -> text.append(' ').append(value));
        text.append("\n\n");
    }

    private static void comment(StringBuilder text, String indent, String paragraph) {
        StringBuilder line = new StringBuilder(indent).append("  #");
        for (String word : SPACE.splitAsStream(paragraph.strip()).toList()) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(indent).append("  #");
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }
}
