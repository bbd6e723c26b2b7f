package dev.piecewise.peer.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which pieces are held and which units of the others were written, as an append-only text file; opening compacts it. A line counts only with its line feed, so a torn
 * write is a missing one. The files are <em>clean</em> if no line {@code open} follows the last line {@code stamps}: then
 * nothing was written since the stamps were taken.
 */
final class PieceJournal implements AutoCloseable {
    private static final String HEADER = "piecewise pieces 1";

    /**
     * What a journal says.
     *
     * @param held recorded pieces
     * @param written units of others
     * @param stamps of the files in torrent order, when they were last taken
     * @param clean whether nothing was written since
     * @param bootId the machine's session of the last writer
     * @param writtenAt the journal's own mtime
     */
    record Recorded(
            BitSet held,
            WrittenUnits written,
            List<FileStamp> stamps,
            boolean clean,
            String bootId,
            Instant writtenAt) {}

    private final FileChannel channel;
    private final String bootId;
    private boolean clean;

    private PieceJournal(FileChannel channel, String bootId) {
        this.channel = channel;
        this.bootId = bootId;
        this.clean = true;
    }

    /** Reads a journal; empty if there is none, or none that can be understood. */
    static Optional<Recorded> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Instant writtenAt = Files.getLastModifiedTime(file).toInstant();
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            return Optional.empty();
        }
        BitSet held = new BitSet();
        WrittenUnits written = new WrittenUnits();
        List<FileStamp> stamps = List.of();
        boolean clean = false;
        String bootId = "";
        try {
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "held" -> held = BitSet.valueOf(Base64.getDecoder().decode(words[1]));
                    case "+" -> {
                        held.set(Integer.parseInt(words[1]));
                        written.forget(Integer.parseInt(words[1]));
                    }
                    case "-" -> held.clear(Integer.parseInt(words[1]));
                    case "written" ->
                        written.add(
                                Integer.parseInt(words[1]),
                                WrittenUnits.parse(Arrays.asList(words).subList(2, words.length)));
                    case "forgotten" -> written.forget(Integer.parseInt(words[1]));
                    case "open" -> {
                        clean = false;
                        bootId = words[1];
                    }
                    case "stamps" -> {
                        clean = true;
                        bootId = words[1];
                        stamps = Arrays.stream(words, 2, words.length)
                                .map(FileStamp::parse)
                                .toList();
                    }
                    default -> {
                        return Optional.empty();
                    }
                }
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
        return Optional.of(new Recorded(held, written, stamps, clean, bootId, writtenAt));
    }

    /** Replaces the journal by one that says just this, and opens it for more. */
    static PieceJournal start(Path file, BitSet held, WrittenUnits written, List<FileStamp> stamps, String bootId)
            throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        StringBuilder text = new StringBuilder(HEADER + "\n");
        text.append("held ")
                .append(Base64.getEncoder().encodeToString(held.toByteArray()))
                .append('\n');
        written.forEach((piece, units) -> text.append(writtenLine(piece, units)));
        text.append(stampsLine(stamps, bootId));
        Files.writeString(fresh, text, StandardCharsets.US_ASCII);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new PieceJournal(FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND), bootId);
    }

    boolean isClean() {
        return clean;
    }

    void opened() throws IOException {
        append("open " + bootId + "\n");
        clean = false;
    }

    void held(int piece) throws IOException {
        append("+ " + piece + "\n");
    }

    void dropped(int piece) throws IOException {
        append("- " + piece + "\n");
    }

    void written(int piece, BitSet units) throws IOException {
        append(writtenLine(piece, units));
    }

    void forgotten(int piece) throws IOException {
        append("forgotten " + piece + "\n");
    }

    private static String writtenLine(int piece, BitSet units) {
        return "written " + piece + " " + WrittenUnits.text(units) + "\n";
    }

    void stamped(List<FileStamp> stamps) throws IOException {
        append(stampsLine(stamps, bootId));
        clean = true;
    }

    private static String stampsLine(List<FileStamp> stamps, String bootId) {
        List<String> words = new ArrayList<>(List.of("stamps", bootId));
        stamps.forEach(stamp -> words.add(stamp.text()));
        return String.join(" ", words) + "\n";
    }

    private void append(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
