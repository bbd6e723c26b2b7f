package dev.piecewise.client.unpack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of an entry as a place below the root: no component is empty, {@code .} or {@code ..}. Without components it is
 * the root itself.
 */
record EntryPath(List<String> components) {
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:[/\\\\].*", Pattern.DOTALL);

    EntryPath {
        components = List.copyOf(components);
    }

    /** @throws ArchiveRefused if it leads, or could lead, elsewhere, or is no name for a file */
    static EntryPath parse(String name) throws ArchiveRefused {
        if (name.isEmpty()) {
            throw ArchiveRefused.entry(name, "has no name");
        } else if (name.startsWith("/")
                || name.startsWith("\\\\")
                || DRIVE.matcher(name).matches()) {
            throw ArchiveRefused.entry(name, "has an absolute name");
        } else if (name.indexOf('\0') >= 0) {
            throw ArchiveRefused.entry(name, "holds a NUL");
        }
        List<String> components = new ArrayList<>();
        for (String component : name.split("/", -1)) {
            if (component.equals("..")) {
                throw ArchiveRefused.entry(name, "leads outside by '..'");
            } else if (!component.isEmpty() && !component.equals(".")) {
                components.add(component);
            }
        }
        return new EntryPath(components);
    }

    boolean isRoot() {
        return components.isEmpty();
    }

    /** The components of the directory it lies in. */
    List<String> parents() {
        return components.subList(0, Math.max(0, components.size() - 1));
    }

    @Override
    public String toString() {
        return String.join("/", components);
    }
}
