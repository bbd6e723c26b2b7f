package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.seeder.cluster.KeptArtifacts;
import dev.piecewise.seeder.cluster.LinkedPeers;
import dev.piecewise.seeder.cluster.Participant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The torrent of a magnet link, found by its infohash: in the store, or else at its peers (BEP 9). Its peers come from the link
 * alone, unless the store has it as an artifact of the cluster's tracker.
 */
final class MagnetSwarm implements Download.Surroundings {
    private final Participant participant;
    private final ArtifactId id;
    private final EncodedInfo torrent;
    private final LinkedPeers peers;

    private MagnetSwarm(Participant participant, ArtifactId id, EncodedInfo torrent, LinkedPeers peers) {
        this.participant = participant;
        this.id = id;
        this.torrent = torrent;
        this.peers = peers;
    }

    /**
     * Blocks until the info dictionary is known.
     *
     * @throws ProcessFault if the link names nobody to ask, or nobody answers for {@code patience}
     * @throws TorrentFault if the torrent is not one that can be stored
     */
    static MagnetSwarm find(MagnetLink link, Participant participant, Duration patience) throws InterruptedException {
        LinkedPeers peers = participant.peersOf(link);
        Optional<KeptArtifacts.KnownTorrent> known = participant.kept().known(link.infoHash());
        if (known.isPresent()) {
            return new MagnetSwarm(participant, known.get().id(), known.get().torrent(), peers);
        }
        if (peers.isNobody()) {
            throw new ProcessFault(
                    Kind.USAGE,
                    name(link) + " names nobody to ask: it needs the announce URL of an http or https tracker (tr=)");
        }
        EncodedInfo torrent = participant
                .metadata(link.infoHash(), peers, patience)
                .orElseThrow(() -> new ProcessFault(
                        Kind.STALLED,
                        name(link) + ": no peer gave its metadata for " + patience.toSeconds() + " s; "
                                + peers.findings()));
        return new MagnetSwarm(participant, ArtifactId.of(link.infoHash()), torrent, peers);
    }

    private static String name(MagnetLink link) {
        return new FetchSource.Magnet(link).toString();
    }

    ArtifactId id() {
        return id;
    }

    InfoDictionary info() {
        return torrent.info();
    }

    private boolean isLinked() {
        return id.equals(ArtifactId.of(torrent.infoHash()));
    }

    /** Its place in the store. */
    StoredArtifact store() {
        return isLinked() ? participant.kept().open(id, info().content()) : participant.share(id, info().content());
    }

    /** Before {@link #join}: fills what it lacks as {@link KeptArtifacts#reuse}. */
    void reuse(List<Path> beside, Runnable told) throws InterruptedException {
        participant.kept().reuse(id, torrent, isLinked() ? peers.trackers() : List.of(), beside, told);
    }

    Swarm join() {
        return isLinked() ? participant.join(torrent, peers) : participant.join(id, info());
    }

    @Override
    public boolean isInTrouble() {
        participant.mustBeOpen();
        return false;
    }

    @Override
    public Optional<String> infoHash() {
        return Optional.of(torrent.infoHash().hex());
    }

    @Override
    public FetchProgress progress(Phase phase, int held, long bytesFromPeers, int connected) {
        int pieces = info().content().layout().pieceCount();
        return new FetchProgress(
                phase,
                info().content().layout().totalBytes(),
                info().content().files().size(),
                pieces,
                pieces,
                held,
                bytesFromPeers,
                connected,
                0);
    }

    @Override
    public FetchOutcome.Stalled stalled(int held, int connected, Duration idle) {
        int pieces = info().content().layout().pieceCount();
        String why = connected > 0 ? connected + " peers are connected but send nothing" : peers.findings();
        return new FetchOutcome.Stalled(
                "magnet:?xt=urn:btih:" + torrent.infoHash() + ": no byte arrived for " + idle.toSeconds() + " s ("
                        + held + " of " + pieces + " pieces are here, a retry resumes): " + why,
                held,
                pieces,
                idle);
    }
}
