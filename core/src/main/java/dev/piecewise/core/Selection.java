package dev.piecewise.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which files of a prefix are wanted: those that an include pattern means, or all if there is none, without those that an
 * exclude pattern means. Paths are relative to the prefix.
 *
 * @param include in any order
 * @param exclude in any order
 */
public record Selection(List<Glob> include, List<Glob> exclude) {
    /** Everything. */
    public static final Selection ALL = new Selection(List.of(), List.of());

    private static final int MAX_PATTERNS = 200;

    /** @throws IllegalArgumentException if there are more patterns than {@value #MAX_PATTERNS} */
    public Selection {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        if (include.size() + exclude.size() > MAX_PATTERNS) {
            throw new IllegalArgumentException(
                    "more than " + MAX_PATTERNS + " patterns; write {a,b} for several in one, or several requests");
        }
    }

    /** @throws IllegalArgumentException with a message for the user, naming the pattern that is none */
    public static Selection parse(List<String> include, List<String> exclude) {
        return new Selection(
                include.stream().map(Glob::parse).toList(),
                exclude.stream().map(Glob::parse).toList());
    }

    /** Whether no pattern is given. */
    public boolean isAll() {
        return include.isEmpty() && exclude.isEmpty();
    }

    /** Whether a file is wanted. */
    public boolean selects(String path) {
        return (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(path)))
                && exclude.stream().noneMatch(glob -> glob.matches(path));
    }

    /** Whether a directory is wanted that stands in the prefix by itself, with files in it or not. */
    public boolean selectsDirectory(String path) {
        return (include.isEmpty() || include.stream().anyMatch(glob -> glob.matchesDirectory(path)))
                && exclude.stream().noneMatch(glob -> glob.matchesDirectory(path));
    }

    /** Whether an exclude pattern means everything that could be in a directory, which so need not be looked into. */
    public boolean excludesAllBelow(String path) {
        return exclude.stream().anyMatch(glob -> glob.matchesAllBelow(path));
    }

    /** For messages, for example {@code include *.bin, *.json; exclude old/}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!include.isEmpty()) {
            parts.add("include " + join(include));
        }
        if (!exclude.isEmpty()) {
            parts.add("exclude " + join(exclude));
        }
        return isAll() ? "everything" : String.join("; ", parts);
    }

    private static String join(List<Glob> globs) {
        return globs.stream().map(Glob::toString).map(FilePath::shown).collect(Collectors.joining(", "));
    }
}
