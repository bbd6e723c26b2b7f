package dev.piecewise.client;

import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.peer.store.FileStamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was published at one destination, as it was then: recorded in the data directory, never among the user's files. It tells a
 * file that Piecewise put there, which the next version may replace, from one that a user made or changed. Whichever process
 * publishes writes the record, whole, by a rename; it need not own the data directory.
 */
final class PublishedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedFiles.class);

    private final Path directory;
    private final Path target;
    private final String source;
    private final Path record;
    private final Map<String, Entry> known;

    /**
     * @param stamp of the file
     * @param version of the artifact that the file equalled
     * @param placed what it was asked for by when Piecewise put it there; empty if it was there, and equal
     */
    private record Entry(FileStamp stamp, String version, String placed) {}

    private PublishedFiles(Path directory, Path target, String source) {
        this.directory = directory;
        this.source = source;
        this.target = target;
        this.record = directory.resolve(name(target));
        this.known = read();
    }

    /**
     * @param data the data directory
     * @param target the file, or the directory of a tree
     * @param source what is published there now
     */
    static PublishedFiles at(Path data, Path target, FetchSource source) {
        return new PublishedFiles(data.resolve("published"), target, source.toString());
    }

    private static String name(Path target) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(target.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether this file is as it was when it equalled that version of the artifact. */
    boolean isOf(String version, Path file) {
        return unchanged(file).filter(entry -> entry.version().equals(version)).isPresent();
    }

    /** Whether Piecewise put this file there, for the same source, and nobody changed it since. */
    boolean isPlaced(Path file) {
        return unchanged(file).filter(entry -> entry.placed().equals(source)).isPresent();
    }

    private Optional<Entry> unchanged(Path file) {
        Entry entry = known.get(relative(file));
        return entry != null && stamp(file).filter(entry.stamp()::equals).isPresent()
                ? Optional.of(entry)
                : Optional.empty();
    }

    private String relative(Path file) {
        return target.relativize(file).toString();
    }

    private static Optional<FileStamp> stamp(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? FileStamp.of(file) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} cannot be looked at: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Records files that equal an artifact now.
     *
     * @param placed those that were put there now
     */
    void record(String version, List<Path> files, List<Path> placed) {
        Map<String, Entry> now = new TreeMap<>(known);
        Set<Path> fresh = Set.copyOf(placed);
        for (Path file : files) {
            boolean ours = fresh.contains(file) || isPlaced(file);
            stamp(file).ifPresent(stamp -> now.put(relative(file), new Entry(stamp, version, ours ? source : "")));
        }
        if (!now.equals(known)) {
            known.putAll(now);
            write();
        }
    }

    private Map<String, Entry> read() {
        Map<String, Entry> entries = new HashMap<>();
        try {
            if (Files.exists(record)
                    && Bencode.decode(Files.readAllBytes(record)) instanceof BDictionary all
                    && all.get("target", BString.class)
                            .flatMap(BString::text)
                            .filter(target.toString()::equals)
                            .isPresent()) {
                for (BencodeValue value : all.get("files", BList.class)
                        .orElse(new BList(List.of()))
                        .values()) {
                    if (value instanceof BDictionary file) {
                        entries.put(
                                text(file, "path"),
                                new Entry(
                                        FileStamp.parse(text(file, "stamp")),
                                        text(file, "version"),
                                        text(file, "placed")));
                    }
                }
            }
        } catch (IOException | PeerFault | IllegalArgumentException e) {
            LOG.debug("{} cannot be read and counts for nothing: {}", record, e.getMessage());
            entries.clear();
        }
        return entries;
    }

    private static String text(BDictionary file, String key) {
        return file.get(key, BString.class)
                .flatMap(BString::text)
                .orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
    }

    /** Without a record the next run compares contents, no more: that it cannot be written is no failure. */
    private void write() {
        List<BencodeValue> files = new ArrayList<>();
        known.forEach((path, entry) -> {
            Map<String, BencodeValue> file = new HashMap<>();
            file.put("path", BString.of(path));
            file.put("stamp", BString.of(entry.stamp().text()));
            file.put("version", BString.of(entry.version()));
            file.put("placed", BString.of(entry.placed()));
            files.add(BDictionary.of(file));
        });
        BDictionary all = BDictionary.of(Map.of("target", BString.of(target.toString()), "files", new BList(files)));
        try {
            Files.createDirectories(directory);
            Path fresh = Files.createTempFile(directory, "record", ".new");
            try {
                Files.write(fresh, Bencode.encode(all));
                Files.move(fresh, record, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            LOG.warn("cannot record in {} what is at {}: {}", directory, target, e.getMessage());
        }
    }
}
