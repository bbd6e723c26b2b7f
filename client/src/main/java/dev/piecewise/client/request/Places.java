package dev.piecewise.client.request;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who wants what where. Several prefixes may share a directory, which may have files of objects in it, too; everything else
 * has its place for itself.
 */
final class Places {
    private final Map<Path, Taken> taken = new HashMap<>();
    /** Directories above places that are taken. */
    private final Map<Path, Taken> above = new HashMap<>();

    private enum Kind {
        FILE,
        TREE,
        UNPACKED
    }

    private record Taken(Kind kind, String by) {}

    /**
     * Takes a request's places.
     *
     * @param by who that is, for messages
     * @return why that is not possible, if it is not
     */
    Optional<String> take(DownloadRequest request, String by) {
        Optional<String> clash = request.destination()
                .flatMap(destination -> request.uri().isPrefix()
                        ? take(destination.path(), new Taken(Kind.TREE, by))
                        : take(file(request, destination), new Taken(Kind.FILE, by)));
        return clash.isPresent()
                ? clash
                : request.unpack().flatMap(unpack -> take(unpack.directory(), new Taken(Kind.UNPACKED, by)));
    }

    private static Path file(DownloadRequest request, Destination destination) {
        boolean inside = destination.directory() || Files.isDirectory(destination.path());
        return inside ? destination.path().resolve(request.uri().name()) : destination.path();
    }

    private Optional<String> take(Path place, Taken now) {
        Taken same = taken.get(place);
        Taken below = above.get(place);
        if (same != null && (same.kind() != Kind.TREE || now.kind() != Kind.TREE)) {
            return clash(place, "is wanted by " + same.by() + ", too");
        } else if (below != null && now.kind() != Kind.TREE) {
            return clash(
                    place,
                    now.kind() == Kind.FILE
                            ? "cannot be a file: " + below.by() + " wants something below it"
                            : "is replaced as a whole when it is unpacked anew, and " + below.by()
                                    + " wants something in it");
        }
        for (Path parent = place.getParent(); parent != null; parent = parent.getParent()) {
            Taken there = taken.get(parent);
            if (there != null && there.kind() != Kind.TREE) {
                return clash(
                        place,
                        there.kind() == Kind.FILE
                                ? "cannot be: " + there.by() + " wants the file " + parent
                                : "lies in what " + there.by() + " unpacks, which is replaced as a whole");
            }
        }
        taken.put(place, now);
        for (Path parent = place.getParent(); parent != null; parent = parent.getParent()) {
            above.putIfAbsent(parent, now);
        }
        return Optional.empty();
    }

    private static Optional<String> clash(Path place, String why) {
        return Optional.of(place + " " + why + "; choose another destination");
    }
}
