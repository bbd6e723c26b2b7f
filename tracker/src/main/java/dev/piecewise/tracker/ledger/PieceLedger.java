package dev.piecewise.tracker.ledger;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.checksum.CrcSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one artifact: every piece goes unread, leased, hashed, and every byte read is accounted for: those from the
 * origin, and apart from them those that came from holders of the same bytes under another artifact.
 *
 * <p>A hash may also be known before its piece was read, from a registered torrent: the piece stays unread, is leased only
 * when somebody wants it, and its first read is no re-read.
 *
 * <p>Invariants: a piece is under at most one live lease; its bytes are leased in the {@link VersionBytes} of their objects
 * exactly while it is; a known hash never changes; {@code originBytes} is the sum of what leases reported, and what of it
 * became no piece is in {@code wastedBytes} once the lease has ended. Not thread-safe; fences must grow.
 */
public final class PieceLedger {
    /** As {@code minReadBytes}: every run is as long as it can be. */
    public static final long WHOLE = Long.MAX_VALUE / 2;

    private static final int MAX_READS = 64; // of many small objects; each is signed and sent one by one
    private static final int MAX_READS_KEPT = 50;
    private static final int MAX_ENDED_KEPT = 256;

    private final ObjectSpans spans;
    private final List<VersionBytes> versions;
    private final long minReadBytes;
    private final PieceLayout layout;
    private final KnownHashes known;
    private final long[] hashFences;
    private final long[] leaseFences;
    private final @Nullable SpanChecksums[] checksums;
    private final BitSet unread = new BitSet();
    private final BitSet hashedAndFree = new BitSet();
    private final List<List<PieceRead>> reads = new ArrayList<>();
    private final Map<Long, Account> live = new LinkedHashMap<>();
    private final Map<Long, Account> ended = new LinkedHashMap<>();
    private long originBytes;
    private long holderBytes;
    private long wastedBytes;
    private long rereadBytes;
    private int rereadPieces;

    private static final class Account {
        final String nodeId;
        final String at;
        final Run run;
        final BitSet open = new BitSet();
        long bytesRead;
        long holderBytes;
        long accountedBytes;
        boolean expired;

        Account(String nodeId, String at, Run run) {
            this.nodeId = nodeId;
            this.at = at;
            this.run = run;
        }
    }

    /**
     * @param versions the shared byte maps of the artifact's objects, in order
     * @param minReadBytes runs are made so long that a read has at least so many bytes, or reaches the object's end
     */
    public PieceLedger(ObjectSpans spans, List<VersionBytes> versions, long minReadBytes) {
        this.spans = spans;
        this.versions = List.copyOf(versions);
        this.minReadBytes = minReadBytes;
        this.layout = spans.layout();
        int pieces = layout.pieceCount();
        this.known = new KnownHashes(pieces);
        this.hashFences = new long[pieces];
        this.leaseFences = new long[pieces];
        this.checksums = new SpanChecksums[pieces];
        unread.set(0, pieces);
        for (int i = 0; i < pieces; i++) {
            reads.add(List.of());
        }
    }

    /**
     * The next run that may be leased: unread pieces, and those of {@code rereadable} that are hashed and not leased; none
     * of their bytes under a live lease of any artifact, nor, unless its hash is known, in an object that another one is reading
     * first.
     */
    public Optional<Run> next(BitSet rereadable) {
        BitSet candidates = candidates(rereadable);
        return run(candidates, candidates);
    }

    /** The same, but the run must start with one of these pieces. */
    public Optional<Run> next(BitSet rereadable, BitSet starts) {
        BitSet candidates = candidates(rereadable);
        BitSet wanted = (BitSet) candidates.clone();
        wanted.and(starts);
        return run(candidates, wanted);
    }

    private BitSet candidates(BitSet rereadable) {
        BitSet candidates = unread;
        if (!rereadable.isEmpty()) {
            candidates = (BitSet) hashedAndFree.clone();
            candidates.and(rereadable);
            candidates.or(unread);
        }
        return candidates;
    }

    private Optional<Run> run(BitSet candidates, BitSet starts) {
        if (known.count() == 0 && versions.stream().allMatch(version -> version.isReservedFrom(this))) {
            return Optional.empty();
        }
        int first = starts.nextSetBit(0);
        while (first >= 0 && !isFree(first)) {
            first = starts.nextSetBit(first + 1);
        }
        if (first < 0) {
            return Optional.empty();
        }
        int end = first + 1;
        while (end < layout.pieceCount() && !isLongEnough(first, end) && candidates.get(end) && isFree(end)) {
            end++;
        }
        return Optional.of(new Run(first, end - first));
    }

    private boolean isFree(int piece) {
        for (Span span : spans.of(piece, 1)) {
            VersionBytes version = versions.get(span.object());
            if (version.isLeased(span.first(), span.endExclusive())
                    || (known.get(piece) == null && version.isReservedFrom(this))) {
                return false;
            }
        }
        return true;
    }

    /** Long enough in all, and the last read too unless that would take as much again. */
    private boolean isLongEnough(int first, int end) {
        long total = layout.offsetOf(end - 1) + layout.lengthOf(end - 1) - layout.offsetOf(first);
        List<Span> run = spans.of(first, end - first);
        if (total < minReadBytes) {
            return run.size() >= MAX_READS;
        }
        Span last = run.get(run.size() - 1);
        return last.endExclusive() - last.first() >= minReadBytes
                || last.endExclusive() == spans.sizeOf(last.object())
                || total >= 2 * minReadBytes;
    }

    /** Leases a run that {@link #next} gave. */
    public void grant(Run run, long fence, String nodeId, String at) {
        Account account = new Account(nodeId, at, run);
        for (int piece = run.firstPiece(); piece < run.endExclusive(); piece++) {
            takeIntoLease(piece, fence, account);
            addRead(piece, new PieceRead(nodeId, fence, at, ReadOutcome.LIVE));
        }
        live.put(fence, account);
    }

    private void takeIntoLease(int piece, long fence, Account account) {
        for (Span span : spans.of(piece, 1)) {
            versions.get(span.object()).lease(span.first(), span.endExclusive());
        }
        leaseFences[piece] = fence;
        account.open.set(piece);
        unread.clear(piece);
        hashedAndFree.clear(piece);
    }

    private void addRead(int piece, PieceRead read) {
        List<PieceRead> all = new ArrayList<>(reads.get(piece));
        if (all.size() == MAX_READS_KEPT) {
            all.remove(0);
        }
        all.add(read);
        reads.set(piece, List.copyOf(all));
    }

    /** As below, without checksums. */
    public Acceptance report(long fence, ReadBytes bytesRead, int piece, PieceHash hash) {
        return report(fence, bytesRead, piece, hash, null);
    }

    /**
     * Takes the report of one piece that was read and hashed.
     *
     * @param bytesRead under this fence so far
     * @param sums of the same bytes, if they were computed
     */
    public Acceptance report(long fence, ReadBytes bytesRead, int piece, PieceHash hash, @Nullable SpanChecksums sums) {
        PieceHash before = known.get(piece);
        if (before != null && hashFences[piece] == fence && leaseFences[piece] != fence) {
            progress(fence, bytesRead);
            return before.equals(hash) ? Acceptance.REPEATED : Acceptance.MISMATCH;
        }
        Account account = live.get(fence);
        if (account == null || leaseFences[piece] != fence) {
            progress(fence, bytesRead);
            return Acceptance.STALE;
        }
        int bytes = layout.lengthOf(piece);
        account.accountedBytes += bytes;
        progress(
                fence,
                new ReadBytes(
                        Math.max(bytesRead.fromOrigin(), account.accountedBytes - bytesRead.fromHolders()),
                        bytesRead.fromHolders()));
        boolean matches = before == null || before.equals(hash);
        if (!matches) {
            wastedBytes += account.holderBytes == 0 ? bytes : 0;
        } else if (before == null) {
            known.put(piece, hash);
        } else if (hashFences[piece] != 0) {
            rereadPieces++;
            rereadBytes += account.holderBytes == 0 ? bytes : 0;
        }
        if (matches) {
            hashFences[piece] = fence;
            checksums[piece] = checksums[piece] == null ? sums : checksums[piece];
            spans.of(piece, 1).forEach(span -> versions.get(span.object()).hold(span.first(), span.endExclusive()));
        }
        releaseFromLease(piece, fence, account, matches ? ReadOutcome.HASHED : ReadOutcome.MISMATCH);
        if (account.open.isEmpty()) {
            close(fence, account);
        }
        return matches ? Acceptance.ACCEPTED : Acceptance.MISMATCH;
    }

    private void releaseFromLease(int piece, long fence, Account account, ReadOutcome outcome) {
        for (Span span : spans.of(piece, 1)) {
            versions.get(span.object()).release(span.first(), span.endExclusive());
        }
        leaseFences[piece] = 0;
        account.open.clear(piece);
        (known.get(piece) == null ? unread : hashedAndFree).set(piece);
        reads.set(
                piece,
                reads.get(piece).stream()
                        .map(read -> read.fence() == fence ? read.ended(outcome) : read)
                        .toList());
    }

    private void close(long fence, Account account) {
        live.remove(fence);
        long inVain = account.bytesRead + account.holderBytes - account.accountedBytes;
        wastedBytes += Math.min(inVain, account.bytesRead);
        ended.put(fence, account);
        if (ended.size() > MAX_ENDED_KEPT) {
            Iterator<Long> oldest = ended.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Notes how many bytes were read under a lease; those that come after its end are wasted. */
    public void progress(long fence, ReadBytes read) {
        Account account = live.getOrDefault(fence, ended.get(fence));
        if (account != null && read.fromHolders() > account.holderBytes) {
            holderBytes += read.fromHolders() - account.holderBytes;
            account.holderBytes = read.fromHolders();
        }
        if (account != null && read.fromOrigin() > account.bytesRead) {
            long more = read.fromOrigin() - account.bytesRead;
            account.bytesRead = read.fromOrigin();
            originBytes += more;
            if (!live.containsKey(fence)) {
                wastedBytes += more;
            }
        }
    }

    /** Ends a lease: pieces not reported are free again, bytes that became no piece are wasted. */
    public void end(long fence, ReadBytes bytesRead, ReadOutcome outcome) {
        progress(fence, bytesRead);
        Account account = live.get(fence);
        if (account != null) {
            for (int piece : account.open.stream().toArray()) {
                releaseFromLease(piece, fence, account, outcome);
            }
            account.expired = outcome == ReadOutcome.EXPIRED;
            close(fence, account);
        }
    }

    /** Whether this fence still holds pieces. */
    public boolean isLive(long fence) {
        return live.containsKey(fence);
    }

    /** Whether this fence ended recently with every piece reported or given back, and not by expiry. */
    public boolean endedWell(long fence) {
        Account account = ended.get(fence);
        return account != null && !account.expired;
    }

    /** The first piece of a live lease that was not reported yet. */
    public int firstOpen(long fence) {
        Account account = live.get(fence);
        if (account == null) {
            throw new IllegalArgumentException("no live lease under fence " + fence);
        }
        return account.open.nextSetBit(0);
    }

    /** The bytes last reported under a live or recently ended lease, whatever they were read from. */
    public long bytesRead(long fence) {
        Account account = live.getOrDefault(fence, ended.get(fence));
        return account == null ? 0 : account.bytesRead + account.holderBytes;
    }

    public Optional<PieceHash> hash(int piece) {
        return Optional.ofNullable(known.get(piece));
    }

    /** All hashes, once every piece has one. */
    public Optional<List<PieceHash>> hashes() {
        return known.all();
    }

    /** The hashes in the order in which they came to be known; it changes with this ledger. */
    public KnownHashes known() {
        return known;
    }

    /** Whether checksums of any piece are known. */
    public boolean hasChecksums() {
        return Arrays.stream(checksums).anyMatch(Objects::nonNull);
    }

    /**
     * By object the checksum that follows from those of its pieces.
     *
     * @param algorithms by object, {@code null} where none is asked for
     * @return {@code null} where none is, and where that of a piece is not known
     */
    public List<@Nullable Long> checksums(IntFunction<@Nullable Crc> algorithms) {
        List<@Nullable CrcSum> sums = new ArrayList<>();
        for (int object = 0; object < spans.objects(); object++) {
            Crc algorithm = algorithms.apply(object);
            sums.add(algorithm == null ? null : new CrcSum(algorithm));
        }
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            SpanChecksums known = checksums[piece];
            int index = 0;
            for (Span span : spans.of(piece, 1)) {
                CrcSum sum = sums.get(span.object());
                if (known == null) {
                    sums.set(span.object(), null);
                } else if (sum != null) {
                    sum.add(known.of(index), span.endExclusive() - span.first());
                }
                index++;
            }
        }
        List<@Nullable Long> values = new ArrayList<>();
        sums.forEach(sum -> values.add(sum == null ? null : sum.value()));
        return values;
    }

    /**
     * {@code unread}, {@code leased} or {@code hashed}; a hashed piece that is read again is leased, one whose hash is known
     * but that was never read is unread.
     */
    public String state(int piece) {
        if (leaseFences[piece] != 0) {
            return "leased";
        }
        return hashFences[piece] == 0 ? "unread" : "hashed";
    }

    /** The first piece whose known hash, from a read or an earlier registration, is not this one. */
    public Optional<Integer> contradicted(List<PieceHash> registered) {
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            PieceHash before = known.get(piece);
            if (before != null && !before.equals(registered.get(piece))) {
                return Optional.of(piece);
            }
        }
        return Optional.empty();
    }

    /** Takes hashes that contradict none known, one per piece, as those of the pieces; whether any was news. */
    public boolean register(List<PieceHash> registered) {
        boolean news = false;
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            if (known.get(piece) == null) {
                know(piece, registered.get(piece));
                news = true;
            }
        }
        return news;
    }

    private void know(int piece, PieceHash hash) {
        known.put(piece, hash);
        if (unread.get(piece)) {
            unread.clear(piece);
            hashedAndFree.set(piece);
        }
    }

    /** Pieces whose hash is known by registration alone: no read has confirmed it. */
    public BitSet unconfirmed() {
        BitSet pieces = new BitSet();
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            if (known.get(piece) != null && hashFences[piece] == 0) {
                pieces.set(piece);
            }
        }
        return pieces;
    }

    /** Forgets the hashes that no read has confirmed. */
    public void forgetUnconfirmed() {
        BitSet unconfirmed = unconfirmed();
        known.forget(unconfirmed::get);
        for (int piece : unconfirmed.stream().toArray()) {
            if (hashedAndFree.get(piece)) {
                hashedAndFree.clear(piece);
                unread.set(piece);
            }
        }
    }

    /** Every read of a piece that is still remembered (the last {@value #MAX_READS_KEPT}), oldest first. */
    public List<PieceRead> reads(int piece) {
        return reads.get(piece);
    }

    public int hashedPieces() {
        return known.count();
    }

    public int liveLeases() {
        return live.size();
    }

    public long originBytes() {
        return originBytes;
    }

    /** Bytes that were read from holders of another artifact instead of the origin. */
    public long holderBytes() {
        return holderBytes;
    }

    public long wastedBytes() {
        return wastedBytes;
    }

    public long rereadBytes() {
        return rereadBytes;
    }

    public int rereadPieces() {
        return rereadPieces;
    }

    /** All of it as plain values. */
    public LedgerRecord record() {
        List<LedgerRecord.Piece> pieces = new ArrayList<>();
        for (int i = 0; i < layout.pieceCount(); i++) {
            PieceHash hash = known.get(i);
            SpanChecksums sums = checksums[i];
            pieces.add(new LedgerRecord.Piece(
                    hash == null ? null : hash.hex(), hashFences[i], reads.get(i), sums == null ? null : sums.hex()));
        }
        List<LedgerRecord.Account> accounts = new ArrayList<>();
        live.forEach((fence, account) -> accounts.add(new LedgerRecord.Account(
                fence,
                account.nodeId,
                account.at,
                account.run.firstPiece(),
                account.run.pieceCount(),
                account.open.stream().boxed().toList(),
                account.bytesRead,
                account.holderBytes,
                account.accountedBytes)));
        return new LedgerRecord(pieces, accounts, originBytes, holderBytes, wastedBytes, rereadBytes, rereadPieces);
    }

    /** Builds a fresh ledger up to what was recorded. */
    public void restore(LedgerRecord record) {
        for (int i = 0; i < layout.pieceCount(); i++) {
            LedgerRecord.Piece piece = record.pieces().get(i);
            reads.set(i, List.copyOf(piece.reads()));
            hashFences[i] = piece.fence();
            checksums[i] = piece.checksums() == null ? null : SpanChecksums.parse(piece.checksums());
            if (piece.sha1() != null) {
                know(i, PieceHash.fromHex(piece.sha1()));
            }
            if (piece.fence() != 0) {
                spans.of(i, 1).forEach(span -> versions.get(span.object()).hold(span.first(), span.endExclusive()));
            }
        }
        for (LedgerRecord.Account was : record.live()) {
            Account account = new Account(was.nodeId(), was.at(), new Run(was.firstPiece(), was.pieceCount()));
            account.bytesRead = was.bytesRead();
            account.holderBytes = Objects.requireNonNullElse(was.holderBytes(), 0L);
            account.accountedBytes = was.accountedBytes();
            was.open().forEach(piece -> takeIntoLease(piece, was.fence(), account));
            live.put(was.fence(), account);
        }
        originBytes = record.originBytes();
        holderBytes = Objects.requireNonNullElse(record.holderBytes(), 0L);
        wastedBytes = record.wastedBytes();
        rereadBytes = record.rereadBytes();
        rereadPieces = record.rereadPieces();
    }
}
