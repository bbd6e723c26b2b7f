package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.time.Duration;
import java.util.Optional;

/** An artifact of the tracker while it is downloaded. */
class TrackedArtifact implements Download.Surroundings {
    private final Participant participant;
    private final Asking asking;
    private final long originBefore;
    private ArtifactStatus status;

    /**
     * @param status the latest
     * @param originBefore bytes that were read of it before it was asked for here
     */
    TrackedArtifact(Participant participant, Asking asking, ArtifactStatus status, long originBefore) {
        this.participant = participant;
        this.asking = asking;
        this.status = status;
        this.originBefore = originBefore;
    }

    /** As the tracker told it last. */
    final ArtifactStatus status() {
        return status;
    }

    final Asking asking() {
        return asking;
    }

    final long originBefore() {
        return originBefore;
    }

    @Override
    public FetchProgress progress(Phase phase, int held, long bytesFromPeers, int peers) {
        return progress(phase, status, held, bytesFromPeers, peers)
                .withBytesFromOrigin(status.originBytes() - originBefore);
    }

    static FetchProgress progress(Phase phase, ArtifactStatus status, int held, long fromPeers, int peers) {
        return new FetchProgress(
                phase,
                status.totalBytes(),
                status.files().size(),
                status.pieceCount(),
                status.piecesHashed(),
                held,
                fromPeers,
                peers,
                0);
    }

    @Override
    public boolean isInTrouble() {
        participant.mustBeOpen();
        return false;
    }

    @Override
    public Optional<String> infoHash() {
        return Optional.ofNullable(status.infoHash());
    }

    @Override
    public long movement() {
        return status.originBytes();
    }

    /** Perhaps a lost piece cannot be read again. A tracker that is away does not end a download. */
    @Override
    public void look() throws InterruptedException {
        try {
            status = asking.look(status);
        } catch (PiecewiseFault fault) {
            Asking.stopIfInterrupted();
            missed(fault);
            return;
        }
        Asking.mustNotHaveFailed(status);
    }

    /** The tracker did not say how it stands. */
    void missed(PiecewiseFault why) throws InterruptedException {}

    @Override
    public FetchOutcome.Stalled stalled(int held, int peers, Duration idle) {
        String why = peers > 0
                ? peers + " peers are connected but send nothing"
                : status.seedersAlive() == 0
                        ? "no peer can be reached and no seeder is registered at the tracker; start one with 'piecewise"
                                + " seeder'"
                        : "no peer can be reached; check that the hosts they advertise (--advertise) and their ports are"
                                + " reachable from here";
        return new FetchOutcome.Stalled(
                status.uri() + ": no byte arrived for " + idle.toSeconds() + " s (" + held + " of "
                        + status.pieceCount() + " pieces are here, a retry resumes): " + why,
                held,
                status.pieceCount(),
                idle);
    }

    /** It is not being read. */
    static FetchOutcome.Stalled notRead(ArtifactStatus status, int held, Duration idle) {
        String why = status.seedersAlive() == 0
                ? "no seeder is registered at the tracker; start one with 'piecewise seeder'"
                : status.seedersAlive()
                        + " seeders are registered; look at their logs, and whether they reach the origin";
        return new FetchOutcome.Stalled(
                status.uri() + ": nothing was read from the origin for " + idle.toSeconds() + " s ("
                        + status.piecesHashed() + " of " + status.pieceCount() + " pieces are): " + why,
                held,
                status.pieceCount(),
                idle);
    }
}
