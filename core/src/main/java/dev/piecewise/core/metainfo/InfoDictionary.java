package dev.piecewise.core.metainfo;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
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
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The {@code info} dictionary (BEP 3, BEP 27). The same artifact gives the same bytes, and so the same infohash, wherever it
 * is built: exactly {@code length} or {@code files}, {@code name}, {@code piece length}, {@code pieces}, and {@code private}
 * = 1 or nothing.
 *
 * @param content names, sizes and layout; not empty, for there is no torrent of nothing
 * @param hashes one per piece
 * @param privateTorrent {@code private=1}: peers only from the tracker
 */
public record InfoDictionary(ArtifactContent content, List<PieceHash> hashes, boolean privateTorrent) {
    public InfoDictionary {
        hashes = List.copyOf(hashes);
        int pieces = content.layout().pieceCount();
        if (pieces == 0 || hashes.size() != pieces) {
            throw new IllegalArgumentException(hashes.size() + " hashes do not fit " + pieces + " pieces");
        }
    }

    /** The bencoded dictionary, alone. */
    public byte[] encode() {
        return Bencode.encode(dictionary());
    }

    /** SHA-1 of {@link #encode()}. */
    public InfoHash infoHash() {
        return hashOf(encode());
    }

    /**
     * Reads a bencoded info dictionary. Keys that Piecewise does not know are ignored, so {@link #infoHash()} of a foreign one
     * may differ from the hash of the bytes; {@link Metainfo} keeps the latter.
     *
     * @throws TorrentFault if it is not one
     */
    public static InfoDictionary parse(byte[] bytes) {
        return parse(decode(bytes));
    }

    static BencodeValue decode(byte[] bytes) {
        try {
            return Bencode.decode(bytes);
        } catch (PeerFault e) {
            throw new TorrentFault(Kind.FAILED, "not a torrent: " + e.getMessage(), e);
        }
    }

    static InfoDictionary parse(BencodeValue value) {
        if (!(value instanceof BDictionary info)) {
            throw malformed("info is not a dictionary");
        }
        String name = text(info.get("name", BString.class).orElseThrow(() -> malformed("name is missing")));
        long pieceBytes = size(info, "piece length");
        byte[] pieces = info.get("pieces", BString.class)
                .orElseThrow(() -> malformed("pieces is missing"))
                .bytes();
        boolean singleFile = info.get("length").isPresent();
        if (singleFile == info.get("files").isPresent()) {
            throw malformed("it needs either length or files");
        }
        if (pieceBytes < 1 || pieceBytes > Integer.MAX_VALUE || pieces.length % PieceHash.BYTES != 0) {
            throw malformed("piece length " + pieceBytes + " or pieces of " + pieces.length + " bytes");
        }
        boolean privateTorrent = info.get("private", BInteger.class)
                .map(flag -> flag.value() == 1)
                .orElse(false);
        try {
            List<FileEntry> files = singleFile ? List.of(new FileEntry(name, size(info, "length"))) : files(info);
            long total = 0;
            for (FileEntry file : files) {
                total = Math.addExact(total, file.sizeBytes());
            }
            ArtifactContent content =
                    new ArtifactContent(name, singleFile, files, new PieceLayout(total, (int) pieceBytes));
            return new InfoDictionary(content, hashes(pieces), privateTorrent);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new TorrentFault(Kind.FAILED, "not a usable torrent: " + e.getMessage(), e);
        }
    }

    static InfoHash hashOf(byte[] info) {
        try {
            return InfoHash.of(MessageDigest.getInstance("SHA-1").digest(info));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    BDictionary dictionary() {
        Map<String, BencodeValue> info = new HashMap<>();
        info.put("name", BString.of(content.name()));
        info.put("piece length", new BInteger(content.layout().pieceBytes()));
        ByteBuffer pieces = ByteBuffer.allocate(hashes.size() * PieceHash.BYTES);
        hashes.forEach(hash -> pieces.put(hash.bytes()));
        info.put("pieces", BString.of(pieces.array()));
        if (content.singleFile()) {
            info.put("length", new BInteger(content.layout().totalBytes()));
        } else {
            info.put(
                    "files",
                    new BList(content.files().stream().map(InfoDictionary::file).toList()));
        }
        if (privateTorrent) {
            info.put("private", new BInteger(1));
        }
        return BDictionary.of(info);
    }

    private static BencodeValue file(FileEntry file) {
        List<BencodeValue> path = FilePath.check(file.path()).stream()
                .<BencodeValue>map(BString::of)
                .toList();
        return BDictionary.of(Map.of("length", new BInteger(file.sizeBytes()), "path", new BList(path)));
    }

    private static List<FileEntry> files(BDictionary info) {
        BList list = info.get("files", BList.class).orElseThrow(() -> malformed("files is not a list"));
        List<FileEntry> files = new ArrayList<>();
        for (BencodeValue value : list.values()) {
            if (!(value instanceof BDictionary file)) {
                throw malformed("an entry of files is not a dictionary");
            }
            BList path = file.get("path", BList.class).orElseThrow(() -> malformed("a file without path"));
            String joined =
                    path.values().stream().map(InfoDictionary::component).collect(Collectors.joining("/"));
            files.add(new FileEntry(joined, size(file, "length")));
        }
        return files;
    }

    private static String component(BencodeValue value) {
        if (!(value instanceof BString string) || text(string).contains("/")) {
            throw malformed("a path component that is not one name");
        }
        return text(string);
    }

    private static List<PieceHash> hashes(byte[] pieces) {
        List<PieceHash> hashes = new ArrayList<>(pieces.length / PieceHash.BYTES);
        ByteBuffer from = ByteBuffer.wrap(pieces);
        while (from.hasRemaining()) {
            byte[] hash = new byte[PieceHash.BYTES];
            from.get(hash);
            hashes.add(PieceHash.of(hash));
        }
        return hashes;
    }

    private static long size(BDictionary dictionary, String key) {
        return dictionary
                .get(key, BInteger.class)
                .map(BInteger::value)
                .filter(number -> number >= 0)
                .orElseThrow(() -> malformed(key + " is missing or negative"));
    }

    private static String text(BString string) {
        return string.text().orElseThrow(() -> malformed("a name that is not UTF-8"));
    }

    private static TorrentFault malformed(String why) {
        return new TorrentFault(Kind.FAILED, "not a torrent: " + why);
    }
}
