package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The file {@code meta} of an artifact: its content and, once known, its torrent. */
record ArtifactMeta(ArtifactContent content, Optional<StoredTorrent.Known> torrent) {
    /** @throws TorrentFault if the file cannot be read or is damaged */
    static ArtifactMeta read(Path file) {
        try {
            if (Bencode.decode(Files.readAllBytes(file)) instanceof BDictionary meta) {
                return parse(meta);
            }
            throw new IllegalArgumentException("not a dictionary");
        } catch (IOException | PeerFault | IllegalArgumentException e) {
            throw new TorrentFault(
                    Kind.FAILED,
                    "cannot read " + file + " (" + e.getMessage()
                            + "); delete its directory to fetch the artifact again",
                    e);
        }
    }

    private static ArtifactMeta parse(BDictionary meta) {
        List<FileEntry> files = new ArrayList<>();
        long total = 0;
        for (BencodeValue value : need(meta, "files", BList.class).values()) {
            if (!(value instanceof BDictionary file)) {
                throw new IllegalArgumentException("a file that is not a dictionary");
            }
            long size = need(file, "length", BInteger.class).value();
            files.add(new FileEntry(text(file, "path"), size));
            total += size;
        }
        long pieceBytes = need(meta, "piece length", BInteger.class).value();
        ArtifactContent content = new ArtifactContent(
                text(meta, "name"),
                need(meta, "single", BInteger.class).value() == 1,
                files,
                new PieceLayout(total, Math.toIntExact(pieceBytes)));
        List<String> trackers = new ArrayList<>();
        meta.get("trackers", BList.class).ifPresent(list -> list.values().stream()
                .filter(BString.class::isInstance)
                .forEach(url -> trackers.add(url.toString())));
        return new ArtifactMeta(
                content,
                meta.get("info", BString.class)
                        .map(info -> new StoredTorrent.Known(EncodedInfo.parse(info.bytes()), trackers)));
    }

    private static <T extends BencodeValue> T need(BDictionary dictionary, String key, Class<T> type) {
        return dictionary.get(key, type).orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
    }

    private static String text(BDictionary dictionary, String key) {
        return need(dictionary, key, BString.class)
                .text()
                .orElseThrow(() -> new IllegalArgumentException(key + " is not UTF-8"));
    }

    /** Writes the file aside and renames it into place. */
    void write(Path file) throws IOException {
        Map<String, BencodeValue> meta = new HashMap<>();
        meta.put("name", BString.of(content.name()));
        meta.put("single", new BInteger(content.singleFile() ? 1 : 0));
        meta.put("piece length", new BInteger(content.layout().pieceBytes()));
        meta.put(
                "files",
                new BList(content.files().stream()
                        .<BencodeValue>map(entry -> BDictionary.of(
                                Map.of("path", BString.of(entry.path()), "length", new BInteger(entry.sizeBytes()))))
                        .toList()));
        torrent.ifPresent(known -> {
            meta.put("info", BString.of(known.torrent().bytes()));
            if (!known.trackers().isEmpty()) {
                meta.put(
                        "trackers",
                        new BList(known.trackers().stream()
                                .<BencodeValue>map(BString::of)
                                .toList()));
            }
        });
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, Bencode.encode(BDictionary.of(meta)));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
