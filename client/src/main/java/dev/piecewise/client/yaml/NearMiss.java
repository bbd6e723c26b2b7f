package dev.piecewise.client.yaml;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What somebody meant who wrote a key that does not exist. */
final class NearMiss {
    private NearMiss() {}

    /**
     * A sibling, or else any key, that differs by few letters; or else the only key that has the same last word.
     *
     * @param siblings the keys that could stand at the same place
     * @param all the keys that there are, at any place
     */
    static Optional<String> of(String key, List<String> siblings, List<String> all) {
        return closest(key, siblings).or(() -> closest(key, all)).or(() -> {
            String last = lastWord(key);
            List<String> same =
                    all.stream().filter(each -> lastWord(each).equals(last)).toList();
            return same.size() == 1 ? Optional.of(same.get(0)) : Optional.empty();
        });
    }

    private static Optional<String> closest(String key, List<String> candidates) {
        String lower = key.toLowerCase(Locale.ROOT).replace('_', '-');
        String word = lastWord(lower);
        // A section counts fully: among siblings it is equal anyway.
        int tolerated = Math.max(1, word.length() / 3);
        return Stream.iterate(0, distance -> distance + 1)
                .limit(tolerated + 1L)
                .flatMap(distance -> candidates.stream().filter(each -> distance(lower, each) == distance))
                .findFirst();
    }

    private static String lastWord(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** Letters to insert, remove or replace (Levenshtein). */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = above[0];
            above[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = above[j];
                above[j] = Math.min(replaced, 1 + Math.min(above[j], above[j - 1]));
            }
        }
        return above[to.length()];
    }
}
