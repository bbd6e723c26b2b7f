package dev.piecewise.tracker.artifact;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import dev.piecewise.tracker.announce.SwarmCounts;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.lease.Lease;
import dev.piecewise.tracker.lease.LeaseBook;
import dev.piecewise.tracker.lease.LeaseId;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.ledger.Acceptance;
import dev.piecewise.tracker.ledger.LedgerRecord;
import dev.piecewise.tracker.ledger.ReadBytes;
import dev.piecewise.tracker.ledger.ReadOutcome;
import dev.piecewise.tracker.ledger.Run;
import dev.piecewise.tracker.ledger.Span;
import dev.piecewise.tracker.ledger.SpanChecksums;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.PieceReport;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leases out and takes what comes back. Whoever calls holds the scheduler's lock; {@code nowNanos} is on its clock.
 */
final class LeaseDesk {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseDesk.class);
    private static final Pattern SIGNATURE =
            Pattern.compile("\\?\\S*(?:signature|x-amz-)\\S*", Pattern.CASE_INSENSITIVE);
    private static final int MAX_ERROR_CHARS = 1000;
    /** What is so for whoever reads. */
    private static final Set<String> FACTS =
            Set.of(Kind.NOT_FOUND.name(), LeaseReturn.VERSION_GONE, LeaseReturn.HASH_MISMATCH);

    private final ArtifactBook book;
    private final LeaseBook leases;
    private final OriginBudget budget;
    private final HolderReads holderReads;
    private final NodeRegistry nodes;
    private final SwarmStore swarms;
    private final Journal journal;
    private final SwarmKeys keys;
    private final LeaseTimes times;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private long rereadNotBeforeNanos;
    private boolean passedOver;

    LeaseDesk(
            ArtifactBook book,
            LeaseBook leases,
            OriginBudget budget,
            HolderReads holderReads,
            NodeRegistry nodes,
            SwarmStore swarms,
            Journal journal,
            SwarmKeys keys,
            LeaseTimes times,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.book = book;
        this.leases = leases;
        this.budget = budget;
        this.holderReads = holderReads;
        this.nodes = nodes;
        this.swarms = swarms;
        this.journal = journal;
        this.keys = keys;
        this.times = times;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** After a restart: leases of the last run get a full expiry, and nobody is taken for dead before one has passed. */
    void resume(long nowNanos) {
        rereadNotBeforeNanos = nowNanos + times.expiry().toNanos();
        for (Artifact artifact : book.all()) {
            artifact.distributions.startsAt(artifact.ledger.originBytes());
            for (LedgerRecord.Account account : artifact.ledger.record().live()) {
                Run run = new Run(account.firstPiece(), account.pieceCount());
                leases.add(lease(artifact, run, account.fence(), account.nodeId(), nowNanos), deadline(nowNanos));
                budget.take(account.fence());
            }
        }
        budget.divide();
    }

    private static Lease lease(Artifact artifact, Run run, long fence, String nodeId, long nowNanos) {
        return new Lease(
                artifact.id, fence, nodeId, run, artifact.spans.of(run.firstPiece(), run.pieceCount()), nowNanos);
    }

    private long deadline(long nowNanos) {
        return nowNanos + times.expiry().toNanos();
    }

    /** Up to {@code atMost} leases: first of pieces that somebody waits for, then each on the artifact with the fewest. */
    List<Lease> grant(String nodeId, int atMost, long nowNanos) {
        List<Lease> granted = new ArrayList<>();
        passedOver = false;
        while (granted.size() < atMost) {
            Optional<Lease> lease = grantWanted(nodeId, nowNanos).or(() -> grantOne(nodeId, nowNanos));
            if (lease.isEmpty()) {
                break;
            }
            granted.add(lease.get());
        }
        budget.divide();
        return granted;
    }

    /** Up to {@code atMost} leases of one artifact. */
    List<Lease> grant(Artifact artifact, String nodeId, int atMost, long nowNanos) {
        List<Lease> granted = new ArrayList<>();
        while (granted.size() < atMost && !isClosedTo(nodeId, artifact, nowNanos)) {
            Optional<Offer> offer =
                    artifact.ledger.next(rereadable(artifact, nowNanos)).flatMap(run -> offer(artifact, run, nodeId));
            if (offer.isEmpty()) {
                break;
            }
            granted.add(grant(offer.get(), nodeId, nowNanos));
        }
        budget.divide();
        return granted;
    }

    /** Whether the last {@link #grant} gave nothing although another node might have been given something. */
    boolean passedOver() {
        return passedOver;
    }

    /** Whether an artifact is not to be read by a node now. */
    private boolean isClosedTo(String nodeId, Artifact artifact, long nowNanos) {
        boolean beingReadWhole = !artifact.resolved.ranged() && artifact.ledger.liveLeases() > 0;
        if (artifact.state() == ArtifactState.FAILED || beingReadWhole) {
            return true;
        }
        boolean resting = artifact.attempts.isResting(nodeId, nowNanos);
        passedOver |= resting;
        return resting;
    }

    private Optional<Lease> grantWanted(String nodeId, long nowNanos) {
        for (Artifact artifact : book.all()) {
            if (artifact.wanted.isEmpty()) {
                continue;
            }
            BitSet wanted = artifact.wanted.pieces(nowNanos);
            if (wanted.isEmpty() || isClosedTo(nodeId, artifact, nowNanos)) {
                continue;
            }
            BitSet lost = heldByNobody(artifact, nowNanos);
            lost.and(wanted);
            lost.or(rereadable(artifact, nowNanos));
            Optional<Run> run =
                    artifact.resolved.ranged() ? artifact.ledger.next(lost, wanted) : artifact.ledger.next(lost);
            Optional<Offer> offer = run.flatMap(of -> offer(artifact, of, nodeId));
            if (offer.isPresent()) {
                return Optional.of(grant(offer.get(), nodeId, nowNanos));
            }
        }
        return Optional.empty();
    }

    /** @param fromHolders whether it can be read without the origin, which so sets no limit */
    private record Offer(Artifact artifact, Run run, boolean fromHolders) {}

    /** Nothing if the origin is needed and now is not to be read. */
    private Optional<Offer> offer(Artifact artifact, Run run, String nodeId) {
        boolean fromHolders = artifact.spans.of(run.firstPiece(), run.pieceCount()).stream()
                .allMatch(span -> holderReads.isHeld(artifact, span, nodeId));
        return fromHolders || (budget.hasRead() && budget.askForShare())
                ? Optional.of(new Offer(artifact, run, fromHolders))
                : Optional.empty();
    }

    private Optional<Lease> grantOne(String nodeId, long nowNanos) {
        Offer neediest = null;
        for (Artifact artifact : book.all()) {
            if (isClosedTo(nodeId, artifact, nowNanos)
                    || (neediest != null
                            && artifact.ledger.liveLeases()
                                    >= neediest.artifact().ledger.liveLeases())) {
                continue;
            }
            Optional<Run> next = artifact.ledger.next(rereadable(artifact, nowNanos));
            Optional<Offer> offer = next.flatMap(run -> offer(artifact, run, nodeId));
            if (offer.isPresent()) {
                neediest = offer.get();
            }
        }
        return Optional.ofNullable(neediest).map(offer -> grant(offer, nodeId, nowNanos));
    }

    private Lease grant(Offer offer, String nodeId, long nowNanos) {
        Artifact artifact = offer.artifact();
        Run run = offer.run();
        long fence = book.nextFence(clock.millis());
        String at = clock.instant().toString();
        artifact.ledger.grant(run, fence, nodeId, at);
        Lease lease = lease(artifact, run, fence, nodeId, nowNanos);
        leases.add(lease, deadline(nowNanos));
        if (!offer.fromHolders()) {
            budget.take(fence);
        }
        note(artifact, nodeId);
        journal.append(new Event.Granted(artifact.id.hex(), fence, nodeId, run.firstPiece(), run.pieceCount(), at));
        return lease;
    }

    /**
     * Pieces of known hash that may be read, once more or for the first time, as nobody has them and somebody wants them: a node
     * that misses some, or a stock client that announces itself as a leech.
     */
    private BitSet rereadable(Artifact artifact, long nowNanos) {
        if (!artifact.holders.isSomeHeldByNobody()) {
            return new BitSet();
        }
        BitSet lost = heldByNobody(artifact, nowNanos);
        // Last what may have to look at every node.
        boolean wanted = lost.isEmpty()
                || artifact.state() == ArtifactState.READING
                || counts(artifact).stockLeeches() > 0
                || artifact.holders.isMissedBy(node ->
                        nodes.find(node).map(NodeRegistry.Node::wantsBytes).orElse(false));
        return wanted ? lost : new BitSet();
    }

    /**
     * Pieces of known hash that nobody alive holds. A stock client that announces itself as a seed counts as a holder of
     * everything. For what was ever read so does everybody who could still come back after a restart, or has not said yet what it
     * holds.
     */
    private BitSet heldByNobody(Artifact artifact, long nowNanos) {
        if (artifact.ledger.hashedPieces() == 0 || counts(artifact).stockSeeds() > 0) {
            return new BitSet();
        }
        BitSet pieces = artifact.holders.heldByNobody();
        if (nowNanos - rereadNotBeforeNanos < 0 || !artifact.areHoldersKnown(nowNanos)) {
            pieces.and(artifact.ledger.unconfirmed());
        }
        return pieces;
    }

    private SwarmCounts counts(Artifact artifact) {
        return artifact.infoHash().map(swarms::counts).orElse(SwarmCounts.NONE);
    }

    /**
     * Holders do not serve what a lease was to read from them.
     *
     * @return whether it may read the origin instead; if not it is over, and its pieces are granted as the origin's limits allow
     */
    boolean turnToOrigin(Artifact artifact, Lease lease) {
        if (budget.isTaken(lease.fence()) || budget.takeLate(lease.fence())) {
            return true;
        }
        holderReads.giveUp(artifact, lease.nodeId());
        end(lease, ReadBytes.NONE, ReadOutcome.RETURNED);
        return false;
    }

    /** Keeps a lease alive; nothing if it is not this node's, or dead. */
    Optional<Lease> renew(String nodeId, Heartbeat.Progress progress, long nowNanos) {
        Optional<LeaseId> id = LeaseId.parse(progress.leaseId(), keys).filter(of -> of.fence() == progress.fence());
        id.flatMap(of -> book.find(of.artifact()))
                .ifPresent(artifact -> progress(
                        artifact, progress.fence(), ReadBytes.of(progress.bytesRead(), progress.bytesFromHolders())));
        Optional<Lease> lease = leases.find(progress.fence())
                .filter(found ->
                        found.nodeId().equals(nodeId) && Optional.of(found.id()).equals(id));
        lease.ifPresent(found -> leases.renew(found.fence(), deadline(nowNanos)));
        return lease;
    }

    private void progress(Artifact artifact, long fence, ReadBytes bytesRead) {
        long before = artifact.ledger.bytesRead(fence);
        artifact.ledger.progress(fence, bytesRead);
        if (artifact.ledger.bytesRead(fence) != before) {
            journal.append(
                    new Event.Progressed(artifact.id.hex(), fence, bytesRead.fromOrigin(), bytesRead.fromHolders()));
            leases.find(fence).ifPresent(lease -> note(artifact, lease.nodeId()));
        }
    }

    /** Leases or bytes of an artifact changed by what this node did. */
    private void note(Artifact artifact, String nodeId) {
        artifact.distributions.leased(
                nodeId, artifact.ledger.originBytes(), artifact.ledger.liveLeases(), nanoClock.getAsLong());
    }

    /**
     * Takes pieces; those that are right count even when others of the same report are refused.
     *
     * @throws Refused STALE_FENCE or HASH_MISMATCH
     */
    void report(String leaseId, PieceReport report) {
        LeaseId id = leaseId(leaseId, report.fence());
        Artifact artifact = artifact(id);
        boolean stale = !artifact.ledger.isLive(id.fence()) && report.pieces().isEmpty();
        Optional<Integer> mismatch = Optional.empty();
        for (PieceReport.HashedPiece piece : report.pieces()) {
            Acceptance acceptance = take(artifact, id.fence(), read(report), piece);
            stale |= acceptance == Acceptance.STALE;
            mismatch = acceptance == Acceptance.MISMATCH ? Optional.of(piece.piece()) : mismatch;
        }
        removeFinished(artifact, id.fence());
        if (mismatch.isPresent()) {
            refuseMismatch(artifact, mismatch.get());
        }
        if (stale) {
            progress(artifact, id.fence(), read(report));
            throw stale(id);
        }
        journal.check();
    }

    /** Every piece of it was reported, so its holder reads no more. */
    private void removeFinished(Artifact artifact, long fence) {
        if (!artifact.ledger.isLive(fence) && leases.find(fence).isPresent()) {
            leases.remove(fence);
            budget.release(fence);
        }
    }

    private static ReadBytes read(PieceReport report) {
        return ReadBytes.of(report.bytesRead(), report.bytesFromHolders());
    }

    private Acceptance take(Artifact artifact, long fence, ReadBytes bytesRead, PieceReport.HashedPiece piece) {
        if (piece.piece() < 0 || piece.piece() >= artifact.pieceCount()) {
            throw usage(artifact.resolved.uri() + " has no piece " + piece.piece());
        }
        PieceHash hash;
        try {
            hash = PieceHash.fromHex(piece.sha1());
        } catch (IllegalArgumentException e) {
            throw usage("'" + piece.sha1() + "' is not a SHA-1 of 40 hexadecimal digits");
        }
        SpanChecksums checksums = checksums(artifact, piece);
        Optional<Lease> lease = leases.find(fence);
        long bytesBefore = artifact.ledger.bytesRead(fence);
        Acceptance acceptance = artifact.ledger.report(fence, bytesRead, piece.piece(), hash, checksums);
        boolean changed = acceptance == Acceptance.ACCEPTED || (lease.isPresent() && acceptance == Acceptance.MISMATCH);
        try {
            if (changed) {
                journal.append(new Event.Reported(
                        artifact.id.hex(),
                        fence,
                        bytesRead.fromOrigin(),
                        bytesRead.fromHolders(),
                        piece.piece(),
                        hash.hex(),
                        checksums == null ? null : checksums.hex()));
            } else if (artifact.ledger.bytesRead(fence) != bytesBefore) {
                journal.append(new Event.Progressed(
                        artifact.id.hex(), fence, bytesRead.fromOrigin(), bytesRead.fromHolders()));
            }
        } finally { // written or not, it is in force, and reported again it would be no news
            lease.ifPresent(found -> note(artifact, found.nodeId()));
            if (acceptance == Acceptance.ACCEPTED) {
                lease.ifPresent(found -> artifact.attempts.progressed(found.nodeId()));
                lease.filter(found -> nodes.find(found.nodeId()).isPresent())
                        .ifPresent(found -> artifact.holders.reported(found.nodeId(), piece.piece()));
                removeFinished(artifact, fence);
                publish(artifact);
            }
        }
        return acceptance;
    }

    /** Those that were reported, if none is missing: a reader of another release may not know them all. */
    private static @Nullable SpanChecksums checksums(Artifact artifact, PieceReport.HashedPiece piece) {
        List<@Nullable String> reported = piece.checksums();
        if (reported == null || artifact.checksums.count() == 0) {
            return null;
        }
        List<Span> spans = artifact.spans.of(piece.piece(), 1);
        if (reported.size() != spans.size()) {
            throw usage("piece " + piece.piece() + " of " + artifact.resolved.uri() + " has bytes of " + spans.size()
                    + " objects, not " + reported.size() + " checksums");
        }
        for (int i = 0; i < spans.size(); i++) {
            if (reported.get(i) == null
                    && artifact.checksums.algorithm(spans.get(i).object()) != null) {
                return null;
            }
        }
        try {
            return SpanChecksums.parse(reported);
        } catch (NumberFormatException e) {
            throw usage("a checksum of piece " + piece.piece() + " is not hexadecimal: " + e.getMessage());
        }
    }

    /** The origin was asked for the checksum of an object; nothing if there is none, or none that was computed. */
    void learn(Artifact artifact, int object, Optional<StoredChecksum> answer) {
        artifact.checksums.answered();
        take(artifact, object, answer);
    }

    /** The origin could not be asked for the checksum of an object; after some such in a row it is not asked for the rest. */
    void cannotLearn(Artifact artifact, int object) {
        try {
            if (artifact.checksums.failed()) {
                int from = artifact.checksums.giveUp();
                LOG.warn(
                        "the origin did not tell several checksums of {} in a row and is not asked for the rest: of {} objects those"
                                + " after the first {} are published as they are read",
                        artifact.resolved.uri(),
                        artifact.resolved.objects().size(),
                        from);
                journal.append(new Event.ChecksumsGivenUp(artifact.id.hex(), from));
            }
        } finally {
            take(artifact, object, Optional.empty());
        }
    }

    private void take(Artifact artifact, int object, Optional<StoredChecksum> answer) {
        Crc computed = artifact.checksums.algorithm(object);
        String text = answer.filter(checksum -> checksum.algorithm() == computed)
                .flatMap(StoredChecksum::text)
                .orElse(null);
        artifact.checksums.learn(object, text);
        try {
            journal.append(new Event.ChecksumLearned(artifact.id.hex(), object, text));
        } finally { // nothing else may come to publish it
            if (!artifact.checksums.isAwaited()) {
                publish(artifact);
            }
        }
    }

    /** Publishes an artifact that is read as a whole, or fails it if that is not what the origin keeps. */
    void publish(Artifact artifact) {
        if (artifact.isRefuted()) {
            return;
        }
        if (book.publish(artifact)) {
            LOG.info(
                    "{} is published; the origin keeps checksums of {} of its {} objects, {} of them were compared",
                    artifact.resolved.uri(),
                    artifact.checksums.count(),
                    artifact.resolved.objects().size(),
                    artifact.objectsCompared());
        }
        if (artifact.isRefuted()) {
            String message = artifact.error().orElse("");
            LOG.warn("not published: {}", message);
            journal.append(new Event.ArtifactFailed(artifact.id.hex(), Kind.FAILED.name(), message));
            leases.on(artifact.id).forEach(this::cutOff);
        }
    }

    private void refuseMismatch(Artifact artifact, int piece) {
        String what = "piece " + piece + " of " + artifact.resolved.uri() + " differs from its known hash";
        mismatched(artifact, new Run(piece, 1), what);
        throw new Refused(Refused.Reason.HASH_MISMATCH, what + "; it is not counted");
    }

    /** Bytes of a run differ from a known hash; after some such reads the artifact fails. */
    private void mismatched(Artifact artifact, Run run, String what) {
        if (!artifact.attempts.mismatched()) {
            return;
        }
        BitSet unconfirmed = artifact.ledger.unconfirmed();
        int suspect = unconfirmed.nextSetBit(run.firstPiece());
        if (suspect >= 0 && suspect < run.endExclusive()) {
            fail(
                    artifact,
                    Kind.FAILED,
                    what + ", " + Attempts.MAX_MISMATCHES
                            + " times: the torrent that was registered is wrong and is served no longer; register the right"
                            + " one, or ask again to have the origin's bytes hashed");
            book.forgetUnconfirmed(artifact);
        } else {
            fail(
                    artifact,
                    Kind.FAILED,
                    what + ", " + Attempts.MAX_MISMATCHES
                            + " times: the object changed without its ETag, or a reader is broken; store it anew");
        }
    }

    /** @throws Refused STALE_FENCE if it ended otherwise before */
    void giveBack(String leaseId, LeaseReturn back, long nowNanos) {
        LeaseId id = leaseId(leaseId, back.fence());
        Artifact artifact = artifact(id);
        budget.release(id.fence());
        Optional<Lease> lease = leases.find(id.fence());
        if (lease.isEmpty()) {
            progress(artifact, id.fence(), ReadBytes.of(back.bytesRead(), back.bytesFromHolders()));
            if (artifact.ledger.endedWell(id.fence())) {
                journal.check();
                return;
            }
            throw stale(id);
        }
        end(lease.get(), ReadBytes.of(back.bytesRead(), back.bytesFromHolders()), ReadOutcome.RETURNED);
        String error = back.error();
        if (error != null) {
            blame(artifact, lease.get(), Optional.ofNullable(back.errorKind()).orElse("FAILED"), error, nowNanos);
        }
    }

    /** What a failed lease means for its artifact. */
    void blame(Artifact artifact, Lease lease, String errorKind, String error, long nowNanos) {
        String message = clean(error);
        LOG.info("lease {} on {} failed ({}): {}", lease.fence(), artifact.resolved.uri(), errorKind, message);
        if (isVolunteer(lease.nodeId()) && !FACTS.contains(errorKind.toUpperCase(Locale.ROOT))) {
            artifact.attempts.rest(lease.nodeId(), nowNanos);
            return;
        }
        switch (errorKind.toUpperCase(Locale.ROOT)) {
            case "NOT_FOUND" -> fail(artifact, Kind.NOT_FOUND, message);
            case "DENIED" -> fail(artifact, Kind.DENIED, message);
            case LeaseReturn.VERSION_GONE -> fail(artifact, Kind.FAILED, message);
            case LeaseReturn.HASH_MISMATCH -> mismatched(artifact, lease.run(), message);
            case LeaseReturn.NOT_FROM_HERE -> {
                if (artifact.attempts.markUnfit(lease.nodeId(), nodes.leaseTakerIds(), nowNanos)) {
                    fail(artifact, Kind.FAILED, message);
                }
            }
            default -> {
                if (artifact.attempts.failed(lease.nodeId(), lease.grantedNanos(), nowNanos, times.retryBackoff())) {
                    fail(artifact, Kind.FAILED, message);
                }
            }
        }
    }

    /** Whether a node's trouble may be that of its own network, and others read for everybody. */
    private boolean isVolunteer(String nodeId) {
        return nodes.find(nodeId).filter(NodeRegistry.Node::volunteers).isPresent()
                && !nodes.readerIds().isEmpty();
    }

    /** No read of a lease could be signed, which is no fault of its holder. */
    void cannotSign(Artifact artifact, Lease lease, String errorKind, String error, long nowNanos) {
        end(lease, ReadBytes.NONE, ReadOutcome.RETURNED);
        if (!errorKind.equals(Kind.FAILED.name())) {
            blame(artifact, lease, errorKind, error, nowNanos);
        } else if (artifact.attempts.failed(lease.grantedNanos(), nowNanos, times.retryBackoff())) {
            fail(artifact, Kind.FAILED, clean(error));
        }
    }

    /** One line, without signatures. */
    private static String clean(String error) {
        String line = SIGNATURE.matcher(error.replaceAll("\\s+", " ")).replaceAll("?***");
        return line.length() <= MAX_ERROR_CHARS ? line : line.substring(0, MAX_ERROR_CHARS);
    }

    private void fail(Artifact artifact, Kind kind, String message) {
        if (artifact.state() != ArtifactState.FAILED) {
            artifact.fail(kind, message);
            journal.append(new Event.ArtifactFailed(artifact.id.hex(), kind.name(), message));
            leases.on(artifact.id).forEach(this::cutOff);
        }
    }

    /** Ends a live lease under which its holder reads until it hears of that. */
    private void cutOff(Lease lease) {
        leases.remove(lease.fence());
        budget.abandon(lease.fence(), deadline(nanoClock.getAsLong()));
        close(lease, ReadBytes.NONE, ReadOutcome.RETURNED);
    }

    /** Ends a live lease under which nobody reads any more. */
    void end(Lease lease, ReadBytes bytesRead, ReadOutcome outcome) {
        leases.remove(lease.fence());
        budget.release(lease.fence());
        close(lease, bytesRead, outcome);
    }

    private void close(Lease lease, ReadBytes bytesRead, ReadOutcome outcome) {
        book.find(lease.artifact()).ifPresent(artifact -> {
            artifact.ledger.end(lease.fence(), bytesRead, outcome);
            note(artifact, lease.nodeId());
            journal.append(new Event.Ended(
                    artifact.id.hex(), lease.fence(), bytesRead.fromOrigin(), bytesRead.fromHolders(), outcome.name()));
        });
    }

    /** Ends what nobody renewed in time. */
    void expire(long nowNanos) {
        budget.expire(nowNanos);
        for (Lease lease : leases.expired(nowNanos)) {
            LOG.info("lease {} of node {} expired", lease.fence(), lease.nodeId());
            end(lease, ReadBytes.NONE, ReadOutcome.EXPIRED);
        }
    }

    /** @throws Refused STALE_FENCE */
    Lease live(String leaseId, long fence) {
        LeaseId id = leaseId(leaseId, fence);
        return leases.find(id.fence()).filter(lease -> lease.id().equals(id)).orElseThrow(() -> stale(id));
    }

    private LeaseId leaseId(String text, long fence) {
        LeaseId id = LeaseId.parse(text, keys)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.STALE_FENCE, "this tracker gave no lease of this name; stop reading"));
        if (id.fence() != fence) {
            throw stale(id);
        }
        return id;
    }

    /** What a lease is of, if it is of anything that is known. */
    Optional<Artifact> artifactOf(String leaseId) {
        return LeaseId.parse(leaseId, keys).flatMap(id -> book.find(id.artifact()));
    }

    private Artifact artifact(LeaseId id) {
        return book.find(id.artifact()).orElseThrow(() -> stale(id));
    }

    static Refused stale(@Nullable LeaseId id) {
        return new Refused(
                Refused.Reason.STALE_FENCE, "lease " + id + " is over; stop reading, what was read does not count");
    }

    private static OriginFault usage(String message) {
        return new OriginFault(Kind.USAGE, message);
    }
}
