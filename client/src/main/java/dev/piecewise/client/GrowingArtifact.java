package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Growth;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** An artifact of the tracker that is still being read while it is downloaded. */
final class GrowingArtifact extends TrackedArtifact {
    private final Growth growth;
    private final Regrow regrow;
    private long others;

    /** Goes on with a growth that was stuck. */
    @FunctionalInterface
    interface Regrow {
        void grow(ArtifactStatus status) throws InterruptedException;
    }

    GrowingArtifact(Participant participant, Asking asking, ArtifactStatus reading, Growth growth, Regrow regrow) {
        super(participant, asking, reading, reading.originBytes());
        this.growth = growth;
        this.regrow = regrow;
    }

    @Override
    public Optional<String> infoHash() {
        return growth.infoHash().map(InfoHash::hex);
    }

    @Override
    public CompletionStage<?> named() {
        return growth.published();
    }

    @Override
    public boolean isInTrouble() {
        return super.isInTrouble() || growth.isStuck();
    }

    @Override
    public void look() throws InterruptedException {
        if (growth.fault().isPresent()) {
            throw growth.fault().get();
        }
        super.look();
        others = asking().readOfOthers(status());
        if (growth.isStuck()) {
            regrow.grow(status()); // somebody asked for it again
        }
    }

    @Override
    public long movement() {
        return super.movement() + others;
    }

    /** Who asks anew for what the tracker has forgotten helps everybody who waits for it. */
    @Override
    void missed(PiecewiseFault why) throws InterruptedException {
        if (why.kind() == Kind.NOT_FOUND && !asking().again().id().equals(status().id())) {
            throw new ProcessFault(
                    Kind.FAILED,
                    status().uri() + " was replaced at the origin while it was read; ask for it again",
                    why);
        }
    }

    @Override
    public FetchProgress progress(Phase phase, int held, long bytesFromPeers, int peers) {
        boolean nothingYet = phase == Phase.DOWNLOADING && held == 0 && bytesFromPeers == 0;
        FetchProgress now = super.progress(nothingYet ? Phase.READING_ORIGIN : phase, held, bytesFromPeers, peers);
        ArtifactStatus status = status();
        long read = Math.min(status.totalBytes(), (long) growth.hashesKnown() * status.pieceBytes()) - originBefore();
        return now.withPiecesHashed(growth.hashesKnown()).withBytesFromOrigin(Math.max(read, now.bytesFromOrigin()));
    }

    @Override
    public FetchOutcome.Stalled stalled(int held, int peers, Duration idle) {
        return growth.hashesKnown() > held ? super.stalled(held, peers, idle) : notRead(status(), held, idle);
    }
}
