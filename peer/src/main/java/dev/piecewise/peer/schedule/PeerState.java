package dev.piecewise.peer.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one peer, and what it owes us. */
public final class PeerState {
    /** What the schedule wants said to a peer. */
    public interface Voice {
        void request(BlockRequest request);

        void cancel(BlockRequest request);

        void interested(boolean wanted);

        /** To a peer of our zone: this node brings a piece from another zone, or does so no longer. */
        default void claims(int piece, boolean claimed) {}
    }

    /** Where a peer stands, seen from here. */
    public enum Nearness {
        /** It does not say, or we do not. */
        UNKNOWN,
        /** In our zone. */
        NEAR,
        /** In another zone. */
        FAR
    }

    static final long LEAST_PIPELINE_BYTES = 256 << 10;
    private static final long MOST_PIPELINE_BYTES = 64 << 20;
    private static final int MOST_SUGGESTIONS = 64;

    private final Voice voice;
    private final Pipeline pipeline;
    private final BitSet has = new BitSet();
    private final BitSet distrusted = new BitSet();
    private final Map<Long, BlockRequest> outstanding = new LinkedHashMap<>();
    private final Set<PieceProgress> working = new LinkedHashSet<>();
    private final Set<Integer> suggested = new LinkedHashSet<>();
    /** Pieces that it refused to send, and until when it is not asked for them. */
    private final Map<Integer, Long> refusedUntilNanos = new HashMap<>();

    private int refusals;
    private long outstandingBytes;
    private int maxRequests = 250;
    private int unitsPerRequest = 1;
    private int badPieces;
    private boolean choking = true;
    private boolean interesting;
    private boolean snubbed;
    private boolean present;
    private boolean givesTurns;
    private long beganNanos;
    private Nearness nearness = Nearness.UNKNOWN;
    private String zone = "";
    private long key;
    private long lastBlockNanos;
    private long pausedUntilNanos;
    private boolean isOurs;
    private long heardNanos;
    private long usualGapNanos;
    private long owesSinceNanos;

    public PeerState(Voice voice, long nowNanos) {
        this.voice = voice;
        this.pipeline = new Pipeline(LEAST_PIPELINE_BYTES, MOST_PIPELINE_BYTES, nowNanos);
        this.lastBlockNanos = nowNanos;
        this.pausedUntilNanos = nowNanos;
        this.heardNanos = nowNanos;
        this.owesSinceNanos = nowNanos;
    }

    /**
     * One of ours, whose bytes come without long pauses while it owes us blocks, sent something, whatever it was; or it could not
     * be heard until now.
     */
    public void heard(long nanos) {
        isOurs = true;
        long gap = owes() ? nanos - silentSince() : 0;
        if (nanos - heardNanos > 0) {
            heardNanos = nanos;
            snubbed = false;
            usualGapNanos = Math.max(gap, usualGapNanos - usualGapNanos / 8);
        }
    }

    boolean isOurs() {
        return isOurs;
    }

    private long silentSince() {
        return heardNanos - owesSinceNanos > 0 ? heardNanos : owesSinceNanos;
    }

    /**
     * Whether it owes us something, and nothing was heard of it for so long, and for much longer than between its bytes lately. Never
     * of one in another zone: many share the link to there, and its blocks would be sent over it twice.
     */
    boolean isSilent(long nowNanos, long leastNanos) {
        return isOurs && !isFar() && owes() && nowNanos - silentSince() > Math.max(leastNanos, 3 * usualGapNanos);
    }

    /**
     * What the peer says it can take.
     *
     * @param requests unanswered ones it keeps at most
     * @param units of 16 KiB that it sends for one request
     */
    public void accepts(int requests, int units) {
        maxRequests = Math.max(1, requests);
        unitsPerRequest = Math.max(1, units);
    }

    /**
     * It told where it stands, see {@link RequestSchedule#placed}.
     *
     * @param number random, and the same to all that know this peer
     */
    void placed(Nearness where, String ofZone, long number) {
        nearness = where;
        zone = ofZone;
        key = number;
    }

    /** It serves by turns, as {@link UploadSlots} has it: when it chokes it still answers what it was asked for before. */
    public void givesTurns(boolean now) {
        givesTurns = now;
    }

    boolean givesTurns() {
        return givesTurns;
    }

    /** It was asked for the first block of a piece. */
    void begins(long nowNanos) {
        beganNanos = nowNanos;
    }

    long beganNanos() {
        return beganNanos;
    }

    boolean isNear() {
        return nearness == Nearness.NEAR;
    }

    boolean isFar() {
        return nearness == Nearness.FAR;
    }

    long key() {
        return key;
    }

    String zone() {
        return zone;
    }

    Voice voice() {
        return voice;
    }

    /** A round trip was seen otherwise, say by connecting. */
    public void roundTrip(long nanos) {
        pipeline.roundTrip(nanos);
    }

    /** Pieces the peer has, as far as it told. */
    public BitSet has() {
        return has;
    }

    /** Whether it owes us anything. */
    public boolean owes() {
        return !outstanding.isEmpty();
    }

    /** Pieces of this peer alone that did not match their hashes. */
    public int badPieces() {
        return badPieces;
    }

    /** Bytes per second it sends, lately. */
    public double rate() {
        return pipeline.rate();
    }

    /** Never again asks this peer for a piece that it spoilt. */
    void distrust(int piece) {
        distrusted.set(piece);
        badPieces++;
    }

    boolean offers(int piece) {
        return has.get(piece) && !distrusted.get(piece);
    }

    boolean offers(int piece, long nowNanos) {
        return offers(piece) && nowNanos - refusedUntilNanos.getOrDefault(piece, nowNanos) >= 0;
    }

    /** Pieces to ask it for now, a copy. */
    BitSet offered(long nowNanos) {
        refusedUntilNanos.values().removeIf(until -> nowNanos - until >= 0);
        BitSet offered = (BitSet) has.clone();
        offered.andNot(distrusted);
        refusedUntilNanos.keySet().forEach(offered::clear);
        return offered;
    }

    /** Pieces that it would like to be asked for, in order. */
    Set<Integer> suggested() {
        return suggested;
    }

    void suggest(int piece) {
        refusedUntilNanos.remove(piece);
        if (suggested.size() < MOST_SUGGESTIONS) {
            suggested.add(piece);
        }
    }

    /**
     * It will not send this piece for now.
     *
     * @return how many it refused since it sent something
     */
    int refuse(int piece, long untilNanos) {
        suggested.remove(piece);
        return refusedUntilNanos.put(piece, untilNanos) == null ? ++refusals : refusals;
    }

    void sends() {
        refusals = 0;
    }

    Set<PieceProgress> working() {
        return working;
    }

    boolean isWilling(long nowNanos) {
        return present && !choking && !snubbed && nowNanos - pausedUntilNanos >= 0;
    }

    void present(boolean now) {
        present = now;
    }

    boolean isPresent() {
        return present;
    }

    void pauseUntil(long nanos) {
        pausedUntilNanos = nanos;
    }

    boolean mayOweMore() {
        return outstanding.isEmpty() || (outstanding.size() < maxRequests && outstandingBytes < pipeline.targetBytes());
    }

    /** Whether it owes so little that asking for several blocks at once is worth a message. */
    boolean isRunningLow() {
        long target = pipeline.targetBytes();
        return outstandingBytes <= target - target / 4 && outstanding.size() <= maxRequests - maxRequests / 4;
    }

    long outstandingBytes() {
        return outstandingBytes;
    }

    int unitsPerRequest() {
        return unitsPerRequest;
    }

    boolean hasOutstanding(int piece, int unit) {
        for (BlockRequest request : outstanding.values()) {
            if (request.piece().index() == piece
                    && request.firstUnit() <= unit
                    && unit < request.firstUnit() + request.units()) {
                return true;
            }
        }
        return false;
    }

    List<BlockRequest> outstanding() {
        return new ArrayList<>(outstanding.values());
    }

    boolean owesSince(long beforeNanos) {
        for (BlockRequest request : outstanding.values()) {
            return request.askedNanos() - beforeNanos < 0; // the oldest one comes first
        }
        return false;
    }

    void ask(BlockRequest request) {
        if (outstanding.isEmpty()) {
            owesSinceNanos = request.askedNanos();
        }
        outstanding.put(request.key(), request);
        outstandingBytes += request.length();
        request.piece().take(request);
        working.add(request.piece());
        voice.request(request);
    }

    /** The request that a block answers, or null if it answers none. */
    @Nullable
    BlockRequest owed(int piece, int offset, int length) {
        BlockRequest request = outstanding.get(BlockRequest.key(piece, offset));
        return request != null && request.length() == length ? request : null;
    }

    /** It sent a part of what it owes. */
    void received(BlockRequest request, int bytes) {
        request.received(bytes);
        if (outstanding.get(request.key()) == request) {
            outstandingBytes -= bytes;
        }
    }

    /** It owes this no longer. */
    boolean settle(BlockRequest request) {
        if (!outstanding.remove(request.key(), request)) {
            return false;
        }
        outstandingBytes -= request.length() - request.receivedBytes();
        request.piece().giveBack(request);
        return true;
    }

    void cancel(BlockRequest request) {
        if (settle(request)) {
            voice.cancel(request);
        }
    }

    Pipeline pipeline() {
        return pipeline;
    }

    boolean isChoking() {
        return choking;
    }

    void choking(boolean now) {
        choking = now;
    }

    /** Whether it has something that is wanted here. */
    public boolean isInteresting() {
        return interesting;
    }

    void interesting(boolean now) {
        if (interesting != now) {
            interesting = now;
            voice.interested(now);
        }
    }

    /** Whether it is asked for nothing until it sends something. */
    public boolean isSnubbed() {
        return snubbed;
    }

    void snubbed(boolean now) {
        snubbed = now;
    }

    long lastBlockNanos() {
        return lastBlockNanos;
    }

    /** Its silence counts from here: it sent something, or we did not listen. */
    public void blockAt(long nanos) {
        lastBlockNanos = nanos;
    }
}
