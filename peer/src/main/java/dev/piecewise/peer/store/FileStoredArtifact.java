package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One artifact on disk. Invariants: a piece in {@code held} is in the journal; a held piece's bytes are never written; while
 * the journal is clean the files are as {@code stamps} say. Listeners are told without the lock.
 */
final class FileStoredArtifact implements StoredArtifact {
    private static final Logger LOG = LoggerFactory.getLogger(FileStoredArtifact.class);
    private static final Duration CRASH_TOLERANCE = Duration.ofSeconds(30);

    private final ArtifactId id;
    private final ArtifactContent content;
    private final PieceLayout layout;
    private final ArtifactFiles files;
    private final PieceJournal journal;
    private final Runnable onClose;
    private final BitSet held;
    private final WrittenUnits written;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private final WriteMeter meter = new WriteMeter(System::nanoTime);
    private final BitSet unrecorded = new BitSet(); // of a lost journal, until there are hashes to check them by
    private List<FileStamp> stamps;
    private @Nullable List<PieceHash> hashes;
    private boolean writing; // whether anybody but PieceReuse wrote since it was opened
    private boolean closed;

    private FileStoredArtifact(
            ArtifactId id,
            ArtifactContent content,
            ArtifactFiles files,
            PieceJournal journal,
            BitSet held,
            WrittenUnits written,
            List<FileStamp> stamps,
            Runnable onClose) {
        this.id = id;
        this.content = content;
        this.layout = content.layout();
        this.files = files;
        this.journal = journal;
        this.held = held;
        this.written = written;
        this.stamps = stamps;
        this.onClose = onClose;
        if (held.cardinality() == layout.pieceCount()) {
            completion.complete(null);
        }
    }

    /**
     * Opens an artifact's directory, which holds its {@code meta} already.
     *
     * @param hashes if known, to check pieces that cannot be trusted
     * @param onClose told once when it closes
     */
    static FileStoredArtifact open(
            Path directory,
            ArtifactId id,
            ArtifactContent content,
            Optional<List<PieceHash>> hashes,
            BootSession boot,
            Runnable onClose) {
        ArtifactFiles files = ArtifactFiles.in(directory.resolve("files"), content);
        Path journalFile = directory.resolve("pieces");
        try {
            Optional<PieceJournal.Recorded> recorded = PieceJournal.read(journalFile);
            BitSet held = recorded.map(PieceJournal.Recorded::held).orElseGet(BitSet::new);
            held.clear(
                    content.layout().pieceCount(),
                    Math.max(held.length(), content.layout().pieceCount()));
            List<FileStamp> before = files.stamps();
            BitSet suspects = new BitSet();
            for (int file = 0; file < before.size(); file++) {
                if (recorded.isEmpty() || !trusted(recorded.get(), file, before.get(file), boot)) {
                    suspects.or(PieceHashing.piecesOf(files, content.layout(), file));
                }
            }
            BitSet unrecorded = recorded.isEmpty() ? there(files, content.layout(), before) : new BitSet();
            WrittenUnits written = recorded.map(PieceJournal.Recorded::written).orElseGet(WrittenUnits::new);
            written.retain(content.layout(), suspects); // these cannot be checked
            suspects.and(held);
            files.create();
            if (!suspects.isEmpty()) {
                BitSet bad = PieceHashing.bad(files, content.layout(), suspects, hashes.orElse(null));
                LOG.info(
                        "artifact {}: {} pieces checked again, {} dropped",
                        id,
                        suspects.cardinality(),
                        bad.cardinality());
                held.andNot(bad);
            }
            List<FileStamp> stamps = files.stamps();
            PieceJournal journal = PieceJournal.start(journalFile, held, written, stamps, boot.id());
            FileStoredArtifact opened =
                    new FileStoredArtifact(id, content, files, journal, held, written, stamps, onClose);
            opened.unrecorded.or(unrecorded);
            hashes.ifPresent(opened::know);
            return opened;
        } catch (IOException e) {
            throw new TorrentFault(
                    Kind.FAILED, "cannot open the stored artifact in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Pieces all of whose files are there in full, whatever is in them. */
    private static BitSet there(ArtifactFiles files, PieceLayout layout, List<FileStamp> stamps) {
        BitSet pieces = new BitSet();
        pieces.set(0, layout.pieceCount());
        for (int file = 0; file < stamps.size(); file++) {
            if (stamps.get(file).sizeBytes() != files.sizeOf(file)) {
                pieces.andNot(PieceHashing.piecesOf(files, layout, file));
            }
        }
        return pieces;
    }

    private static boolean trusted(PieceJournal.Recorded recorded, int file, FileStamp now, BootSession boot) {
        if (file >= recorded.stamps().size()) {
            return false;
        }
        FileStamp then = recorded.stamps().get(file);
        if (recorded.clean()) {
            return now.equals(then) && boot.keeps(recorded.bootId(), recorded.writtenAt());
        }
        long latestNanos = recorded.writtenAt().plus(CRASH_TOLERANCE).toEpochMilli() * 1_000_000;
        return now.sameFile(then) && boot.is(recorded.bootId()) && now.modifiedNanos() <= latestNanos;
    }

    @Override
    public ArtifactId id() {
        return id;
    }

    @Override
    public ArtifactContent content() {
        return content;
    }

    @Override
    public synchronized BitSet held() {
        return (BitSet) held.clone();
    }

    @Override
    public synchronized boolean isComplete() {
        return held.cardinality() == layout.pieceCount();
    }

    @Override
    public CompletionStage<Void> completion() {
        return completion.minimalCompletionStage();
    }

    @Override
    public void write(long offset, ByteBuffer bytes) {
        if (offset < 0 || offset + bytes.remaining() > layout.totalBytes()) {
            throw new IllegalArgumentException(
                    "no room for " + bytes.remaining() + " bytes at " + offset + " of " + layout.totalBytes());
        }
        if (!bytes.hasRemaining()) {
            return;
        }
        synchronized (this) {
            needOpen();
            int heldPiece = held.nextSetBit(layout.pieceAt(offset));
            if (heldPiece >= 0 && heldPiece <= layout.pieceAt(offset + bytes.remaining() - 1)) {
                throw new IllegalStateException("piece " + heldPiece + " is held and must not be written");
            }
            writing = true;
            begin();
        }
        int length = bytes.remaining();
        meter.begin();
        try {
            files.write(offset, bytes);
        } finally {
            meter.end(length - bytes.remaining());
        }
    }

    /** To be called before the files change, under the lock. */
    private void begin() {
        if (journal.isClean()) {
            record(() -> {
                journal.opened();
                files.reopenAll();
            });
        }
    }

    /** Writes bytes of one piece, unless that came to be held meanwhile, and all but what falls into these files. */
    void writeMissing(long offset, ByteBuffer bytes, BitSet spared) {
        synchronized (this) {
            needOpen();
            if (held.get(layout.pieceAt(offset))) {
                return;
            }
            begin();
        }
        files.writeWithout(offset, bytes, spared);
    }

    /**
     * Puts a second name of a file in the place of the store's own.
     *
     * @return false if that is not possible, or not while others may be writing it, or if something of it is held already
     */
    synchronized boolean link(int file, Path from) {
        needOpen();
        if (writing || held.intersects(piecesOf(file))) {
            return false;
        }
        begin();
        boolean[] linked = new boolean[1];
        record(() -> linked[0] = files.link(file, from));
        if (linked[0]) {
            piecesOf(file).stream().forEach(this::forgetWritten);
        }
        return linked[0];
    }

    /** The pieces that have bytes in a file. */
    BitSet piecesOf(int file) {
        return PieceHashing.piecesOf(files, layout, file);
    }

    /** The files that have bytes of a piece. */
    BitSet filesOf(int piece) {
        return files.filesOf(layout.offsetOf(piece), layout.lengthOf(piece));
    }

    /** Whether a piece, held or not, has this hash as it lies there. */
    boolean matches(PieceHashing hashing, int piece, PieceHash expected) {
        return hashing.matches(files, layout, piece, expected);
    }

    @Override
    public Writes writes() {
        return meter.read();
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        if (offset < 0 || offset + into.remaining() > layout.totalBytes()) {
            throw new IllegalArgumentException(
                    "there are no " + into.remaining() + " bytes at " + offset + " of " + layout.totalBytes());
        }
        if (into.hasRemaining()) {
            files.read(offset, into);
        }
    }

    @Override
    public int transferTo(long offset, int bytes, WritableByteChannel target) throws IOException {
        if (offset < 0 || bytes < 0 || offset + bytes > layout.totalBytes()) {
            throw new IllegalArgumentException(
                    "there are no " + bytes + " bytes at " + offset + " of " + layout.totalBytes());
        }
        return bytes == 0 ? 0 : files.transferTo(offset, bytes, target);
    }

    @Override
    public void markHeld(int piece) {
        need(piece);
        boolean complete;
        synchronized (this) {
            needOpen();
            if (held.get(piece)) {
                return;
            }
            record(() -> journal.held(piece));
            held.set(piece);
            written.forget(piece);
            complete = isComplete();
            if (complete && !journal.isClean()) {
                stamp();
            }
        }
        listeners.forEach(listener -> listener.held(piece));
        if (complete) {
            completion.complete(null);
        }
    }

    @Override
    public synchronized Map<Integer, BitSet> written() {
        return written.copy();
    }

    @Override
    public synchronized void markWritten(int piece, BitSet units) {
        need(piece);
        needOpen();
        if (!held.get(piece) && !units.isEmpty()) {
            record(() -> journal.written(piece, units));
            written.add(piece, units);
        }
    }

    @Override
    public synchronized void forgetWritten(int piece) {
        needOpen();
        if (written.contains(piece)) {
            record(() -> journal.forgotten(piece));
            written.forget(piece);
        }
    }

    @Override
    public void drop(int piece) {
        need(piece);
        synchronized (this) {
            needOpen();
            if (!held.get(piece)) {
                return;
            }
            record(() -> journal.dropped(piece));
            held.clear(piece);
        }
        listeners.forEach(listener -> listener.dropped(piece));
    }

    @Override
    public void verifyStamps() {
        BitSet bad;
        synchronized (this) {
            needOpen();
            BitSet suspects = new BitSet();
            try {
                List<FileStamp> now = files.stamps();
                for (int file = 0; file < now.size(); file++) {
                    FileStamp then = stamps.get(file);
                    boolean same = journal.isClean() ? then.equals(now.get(file)) : then.sameFile(now.get(file));
                    if (!same) {
                        suspects.or(piecesOf(file));
                        files.reopen(file);
                    }
                }
                files.create();
                suspects.stream().forEach(this::forgetWritten);
                suspects.and(held);
                bad = PieceHashing.bad(files, layout, suspects, hashes);
                if (!suspects.isEmpty() && journal.isClean()) {
                    stamp();
                } else {
                    stamps = files.stamps();
                }
            } catch (IOException e) {
                throw new TorrentFault(
                        Kind.FAILED, "cannot check the files of artifact " + id + ": " + e.getMessage(), e);
            }
        }
        bad.stream().forEach(this::drop);
    }

    @Override
    public Verification verify(IntConsumer told) throws InterruptedException {
        BitSet before = held();
        verifyStamps();
        List<PieceHash> known;
        synchronized (this) {
            known = hashes;
        }
        if (known == null) {
            return new Verification(0, before.cardinality(), List.of());
        }
        PieceHashing hashing = new PieceHashing();
        List<Integer> bad = new ArrayList<>();
        for (int piece : before.stream().toArray()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!held().get(piece)) {
                bad.add(piece);
            } else if (!matches(hashing, piece, known.get(piece))) {
                drop(piece);
                bad.add(piece);
            }
            told.accept(piece);
        }
        return new Verification(before.cardinality(), 0, bad);
    }

    /** From now on pieces that cannot be trusted are checked against these; first what lies there though no journal tells of it. */
    void know(List<PieceHash> newHashes) {
        BitSet lying;
        synchronized (this) {
            hashes = newHashes;
            lying = (BitSet) unrecorded.clone();
            lying.andNot(held);
            unrecorded.clear();
        }
        if (!lying.isEmpty()) {
            PieceHashing hashing = new PieceHashing();
            lying.stream()
                    .filter(piece -> matches(hashing, piece, newHashes.get(piece)))
                    .forEach(this::markHeld);
            LOG.info(
                    "artifact {}: the record of its pieces was lost; {} of {} are here and right",
                    id,
                    held().cardinality(),
                    layout.pieceCount());
        }
    }

    @Override
    public Subscription subscribe(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public List<Path> files() {
        return files.paths();
    }

    private void stamp() {
        record(() -> {
            List<FileStamp> now = new ArrayList<>(files.stamps());
            journal.stamped(now);
            stamps = now;
        });
    }

    private void need(int piece) {
        if (!layout.contains(piece)) {
            throw new IllegalArgumentException("no piece " + piece + " of " + layout.pieceCount());
        }
    }

    private void needOpen() {
        if (closed) {
            throw new TorrentFault(Kind.FAILED, "the store of artifact " + id + " is closed");
        }
    }

    private interface Recording {
        void run() throws IOException;
    }

    private void record(Recording recording) {
        try {
            recording.run();
        } catch (IOException e) {
            throw new TorrentFault(
                    Kind.FAILED,
                    "cannot record which pieces of artifact " + id + " are held: " + e.getMessage()
                            + "; free some space or use another --data",
                    e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            try (journal;
                    files) {
                if (!journal.isClean()) {
                    stamp();
                }
            } catch (IOException e) {
                throw new TorrentFault(Kind.FAILED, "cannot close artifact " + id + ": " + e.getMessage(), e);
            }
        }
        onClose.run();
    }
}
