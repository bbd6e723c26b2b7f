package dev.piecewise.core;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for paths whose components are joined by {@code /}. Case counts.
 *
 * <ul>
 *   <li>{@code ?} stands for one character, {@code *} for any number of them, neither for a {@code /};
 *   <li>{@code **} stands for any characters, {@code /} among them; followed by a {@code /}, where a component begins, for any
 *       number of whole components, also none;
 *   <li>{@code [abc]}, {@code [a-z]}, {@code [!a-z]} stand for one character, never a {@code /};
 *   <li><code>{a,b}</code> stands for either, each a pattern;
 *   <li>{@code \} takes the next character's meaning away.
 * </ul>
 *
 * <p>A pattern without a {@code /} is compared with the last component, wherever the file is; one with a {@code /} with the
 * whole path. A {@code /} at the start only says that: it is not part of the path. One at the end means all that is below.
 *
 * <p>Matching takes time proportional to pattern times path, whatever the pattern.
 */
public final class Glob {
    private static final int MAX_LENGTH = 1024;

    private final String pattern;
    private final boolean wholePath;
    private final boolean allBelow;
    private final List<Step> steps = new ArrayList<>();

    /**
     * A place in the pattern: a character that leads on to {@code next}, or none, then {@code next} are here as well. The
     * place after the last step is the end.
     */
    private record Step(@Nullable IntPredicate character, List<Integer> next) {}

    private Glob(String pattern) {
        this.pattern = pattern;
        if (pattern.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a pattern has more than " + MAX_LENGTH + " characters");
        }
        boolean anchored = pattern.startsWith("/");
        String path = (anchored ? pattern.substring(1) : pattern) + (pattern.endsWith("/") ? "**" : "");
        if (pattern.isEmpty() || pattern.equals("/")) {
            throw new IllegalArgumentException("the pattern '" + pattern + "' matches nothing; leave it out");
        }
        this.wholePath = anchored || path.indexOf('/') >= 0;
        this.allBelow = path.endsWith("/**");
        new Compiler(path).sequence(true, 0);
    }

    /** @throws IllegalArgumentException with a message for the user, naming the pattern, if it is none */
    public static Glob parse(String pattern) {
        return new Glob(pattern);
    }

    /** Whether a path, relative and without a slash at its end, is meant. */
    public boolean matches(String path) {
        return accepts(wholePath ? path : path.substring(path.lastIndexOf('/') + 1));
    }

    /** Whether a directory itself is meant, or all that could be in it. */
    public boolean matchesDirectory(String path) {
        return matches(path) || (wholePath && accepts(path + "/"));
    }

    /** Whether everything that could be in a directory is meant, by a pattern that ends in {@code /} or {@code /**}. */
    public boolean matchesAllBelow(String path) {
        return allBelow && accepts(path + "/");
    }

    private boolean accepts(String text) {
        BitSet here = new BitSet(steps.size() + 1);
        enter(0, here);
        for (int i = 0; i < text.length() && !here.isEmpty(); ) {
            int character = text.codePointAt(i);
            BitSet then = new BitSet(steps.size() + 1);
            for (int place = here.nextSetBit(0);
                    place >= 0 && place < steps.size();
                    place = here.nextSetBit(place + 1)) {
                Step step = steps.get(place);
                IntPredicate wanted = step.character();
                if (wanted != null && wanted.test(character)) {
                    enter(step.next().get(0), then);
                }
            }
            here = then;
            i += Character.charCount(character);
        }
        return here.get(steps.size());
    }

    private void enter(int place, BitSet here) {
        if (here.get(place)) {
            return;
        }
        here.set(place);
        if (place < steps.size() && steps.get(place).character() == null) {
            steps.get(place).next().forEach(next -> enter(next, here));
        }
    }

    /** Writes the steps of a pattern, from left to right. */
    private final class Compiler {
        private static final int MAX_DEPTH = 16;

        private final int[] text;
        private int at;

        Compiler(String text) {
            this.text = text.codePoints().toArray();
        }

        /**
         * Up to the end, or to the end of an alternative.
         *
         * @param beginning whether a component begins here
         * @param depth of braces
         * @return whether a component begins after it
         */
        boolean sequence(boolean beginning, int depth) {
            boolean begins = beginning;
            while (at < text.length && !(depth > 0 && (text[at] == ',' || text[at] == '}'))) {
                int character = text[at++];
                switch (character) {
                    case '?' -> one(Glob::inComponent);
                    case '*' -> begins = stars(begins);
                    case '[' -> one(set());
                    case '{' -> begins = alternatives(begins, depth + 1);
                    case '\\' -> literal(next("ends in a '\\' with nothing after it"));
                    default -> literal(character);
                }
                if (character != '*' && character != '{') {
                    begins = character == '/';
                }
            }
            return begins;
        }

        private void one(IntPredicate character) {
            steps.add(new Step(character, List.of(steps.size() + 1)));
        }

        private void literal(int character) {
            one(each -> each == character);
        }

        /** Any number of these. */
        private void many(IntPredicate character) {
            int here = steps.size();
            steps.add(new Step(null, List.of(here + 1, here + 2)));
            steps.add(new Step(character, List.of(here)));
        }

        private boolean stars(boolean begins) {
            boolean crosses = at < text.length && text[at] == '*';
            while (at < text.length && text[at] == '*') {
                at++;
            }
            if (crosses && begins && at < text.length && text[at] == '/') {
                at++;
                int here = steps.size();
                steps.add(new Step(null, List.of(here + 1, here + 4)));
                many(any -> true);
                literal('/');
                return true;
            }
            many(crosses ? any -> true : Glob::inComponent);
            return false;
        }

        private boolean alternatives(boolean begins, int depth) {
            if (depth > MAX_DEPTH) {
                throw problem("has braces in braces more than " + MAX_DEPTH + " deep");
            }
            List<Integer> starts = new ArrayList<>();
            steps.add(new Step(null, starts));
            List<Integer> ends = new ArrayList<>();
            boolean beginsAfter = true;
            int last;
            do {
                starts.add(steps.size());
                beginsAfter &= sequence(begins, depth);
                ends.add(steps.size());
                steps.add(new Step(null, List.of()));
                last = next("has a '{' without its '}'");
            } while (last == ',');
            ends.forEach(end -> steps.set(end, new Step(null, List.of(steps.size()))));
            return beginsAfter;
        }

        private IntPredicate set() {
            String unclosed = "has a '[' without its ']'";
            boolean negated = at < text.length && (text[at] == '!' || text[at] == '^');
            at += negated ? 1 : 0;
            IntPredicate found = none -> false;
            boolean first = true;
            for (int character = next(unclosed); first || character != ']'; character = next(unclosed)) {
                first = false;
                int from = character == '\\' ? next(unclosed) : character;
                boolean range = at + 1 < text.length && text[at] == '-' && text[at + 1] != ']';
                int to = from;
                if (range) {
                    at++;
                    int end = next(unclosed);
                    to = end == '\\' ? next(unclosed) : end;
                    if (to < from) {
                        throw problem("has a range that ends before it begins");
                    }
                }
                int last = to;
                found = found.or(each -> from <= each && each <= last);
            }
            IntPredicate set = negated ? found.negate() : found;
            return set.and(Glob::inComponent);
        }

        private int next(String problem) {
            if (at == text.length) {
                throw problem(problem);
            }
            return text[at++];
        }

        private IllegalArgumentException problem(String what) {
            return new IllegalArgumentException("the pattern '" + FilePath.shown(pattern) + "' " + what);
        }
    }

    private static boolean inComponent(int character) {
        return character != '/';
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Glob glob && pattern.equals(glob.pattern);
    }

    @Override
    public int hashCode() {
        return pattern.hashCode();
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        return pattern;
    }
}
