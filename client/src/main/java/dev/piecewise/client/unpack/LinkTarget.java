package dev.piecewise.client.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Whether a symbolic link stays below the root. A target that first goes up, no further than to the root, and then only
 * down does so whatever other links of this kind it passes: by induction over the links, every step ends in a directory
 * below the root, for the way up begins at a real directory. One that goes up after going down may have passed a link
 * first, and can be judged only when all links are there.
 */
final class LinkTarget {
    private static final int MAX_FOLLOWED = 40; // as Linux: beyond, nobody can follow it

    private LinkTarget() {}

    /** What can be said before the other links are known. */
    enum Verdict {
        INSIDE,
        OUTSIDE,
        DEPENDS
    }

    /** @param depth how many directories below the root the link lies */
    static Verdict judge(int depth, String target) {
        if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
            return Verdict.OUTSIDE;
        }
        int up = 0;
        boolean down = false;
        for (String component : target.split("/", -1)) {
            if (component.equals("..")) {
                if (down) {
                    return Verdict.DEPENDS;
                } else if (++up > depth) {
                    return Verdict.OUTSIDE;
                }
            } else if (!component.isEmpty() && !component.equals(".")) {
                down = true;
            }
        }
        return Verdict.INSIDE;
    }

    /** Follows a link step by step through the finished tree; what does not exist is taken for a directory. */
    static boolean staysInside(Path root, Path link) throws IOException {
        Path at = link;
        Deque<String> rest = new ArrayDeque<>(List.of("..", link.getFileName().toString()));
        int followed = 0;
        while (!rest.isEmpty()) {
            String component = rest.pop();
            if (component.equals("..")) {
                Path parent = at.getParent();
                if (at.equals(root) || parent == null) {
                    return false;
                }
                at = parent;
            } else if (!component.isEmpty() && !component.equals(".")) {
                Path next = at.resolve(component);
                if (!Files.isSymbolicLink(next)) {
                    at = next;
                } else if (++followed > MAX_FOLLOWED) {
                    return true;
                } else {
                    String target = Files.readSymbolicLink(next).toString();
                    if (target.startsWith("/")) {
                        return false;
                    }
                    String[] components = target.split("/", -1);
                    for (int i = components.length - 1; i >= 0; i--) {
                        rest.push(components[i]);
                    }
                }
            }
        }
        return true;
    }
}
