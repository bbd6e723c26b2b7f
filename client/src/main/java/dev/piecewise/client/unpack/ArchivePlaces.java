package dev.piecewise.client.unpack;

import dev.piecewise.core.FilePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the archives of a tree are unpacked: each has a directory of its own, at its path without the ending that says what kind it
 * is ({@code a/tools.tar.gz} at {@code a/tools}).
 */
public final class ArchivePlaces {
    private ArchivePlaces() {}

    /**
     * @param paths of the archives, relative
     * @return for each its directory, relative
     * @throws IllegalArgumentException naming two archives, with a message for the user, if one's directory is the other's, or in it
     */
    public static List<String> of(List<String> paths) {
        Map<String, String> archives = new HashMap<>();
        List<String> places = new ArrayList<>();
        for (String path : paths) {
            String place = ArchiveFormat.withoutEnding(path);
            String other = archives.put(place, path);
            if (other != null) {
                throw new IllegalArgumentException(shown(other) + " and " + shown(path) + " would both be unpacked at "
                        + shown(place) + "; leave one out by a pattern of 'exclude'");
            }
            places.add(place);
        }
        for (int i = 0; i < places.size(); i++) {
            String place = places.get(i);
            for (int slash = place.lastIndexOf('/'); slash > 0; slash = place.lastIndexOf('/', slash - 1)) {
                String above = archives.get(place.substring(0, slash));
                if (above != null) {
                    throw new IllegalArgumentException(shown(paths.get(i)) + " would be unpacked at " + shown(place)
                            + ", among what " + shown(above) + " holds; leave one out by a pattern of 'exclude'");
                }
            }
        }
        return List.copyOf(places);
    }

    private static String shown(String path) {
        return "'" + FilePath.shown(path) + "'";
    }
}
