package dev.piecewise.tracker.http;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.Links;
import dev.piecewise.tracker.artifact.Registrations;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.ProfileList;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asking for artifacts and for their torrents. */
final class ArtifactRoutes {
    private static final String TORRENT = "application/x-bittorrent";
    private static final String SUFFIX = ".torrent";
    private static final int MAX_TORRENT_BYTES = 64 * 1024 * 1024; // 2,000,000 pieces have 40 MB of hashes

    private final Scheduler scheduler;
    private final Admissions admissions;
    private final Registrations registrations;
    private final Duration maxWait;

    ArtifactRoutes(Scheduler scheduler, Admissions admissions, Registrations registrations, Duration maxWait) {
        this.scheduler = scheduler;
        this.admissions = admissions;
        this.registrations = registrations;
        this.maxWait = maxWait;
    }

    CompletableFuture<Answer> ask(Exchange exchange) {
        return exchange.body(ArtifactRequest.class)
                .thenCompose(admissions::request)
                .thenApply(id -> Answer.json(scheduler.artifact(id, exchange.links())));
    }

    CompletableFuture<Answer> preview(Exchange exchange) {
        return exchange.body(ArtifactRequest.class)
                .thenCompose(admissions::preview)
                .thenApply(Answer::json);
    }

    Answer profiles() {
        return Answer.json(new ProfileList(admissions.profiles()));
    }

    /** {@code POST /v1/torrents}: the body is a torrent file. */
    CompletableFuture<Answer> register(Exchange exchange) {
        Optional<String> uri = exchange.parameter("uri");
        return exchange.body(MAX_TORRENT_BYTES)
                .thenCompose(torrent -> registrations.register(torrent, uri, exchange.parameter("profile")))
                .thenApply(id -> Answer.json(scheduler.artifact(id, exchange.links())));
    }

    Answer list(Exchange exchange) {
        return Answer.json(scheduler.artifacts(exchange.links()));
    }

    CompletableFuture<Answer> status(Exchange exchange) {
        return scheduler
                .artifact(id(exchange.path().get(2)), exchange.links(), exchange.wait(maxWait))
                .thenApply(Answer::json);
    }

    CompletableFuture<Answer> hashes(Exchange exchange) {
        return scheduler
                .hashes(id(exchange.path().get(2)), exchange.parameter("from").orElse(""), exchange.wait(maxWait))
                .thenApply(Answer::json);
    }

    Answer ledger(Exchange exchange) {
        return Answer.json(scheduler.ledger(id(exchange.path().get(2))));
    }

    Answer distribution(Exchange exchange) {
        return Answer.json(scheduler.distribution(id(exchange.path().get(2))));
    }

    CompletableFuture<Answer> want(Exchange exchange) {
        ArtifactId id = id(exchange.path().get(2));
        return exchange.body(WantedPieces.class).thenApply(wanted -> {
            List<Integer> pieces = wanted.pieces();
            if (pieces == null || pieces.contains(null)) {
                throw new PeerFault(Kind.USAGE, "the body has null where a piece is needed");
            }
            scheduler.want(id, pieces);
            return Answer.nothing();
        });
    }

    /** {@code GET /v1/torrents/INFOHASH}: the artifact of a torrent. */
    Answer ofTorrent(Exchange exchange) {
        String hex = exchange.path().get(2);
        try {
            return Answer.json(scheduler.artifact(InfoHash.fromHex(hex), exchange.links()));
        } catch (IllegalArgumentException e) {
            throw new PeerFault(Kind.USAGE, "write /v1/torrents/INFOHASH, 40 hexadecimal digits", e);
        }
    }

    static ArtifactId id(String hex) {
        try {
            return new ArtifactId(hex);
        } catch (IllegalArgumentException e) {
            throw new PeerFault(Kind.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    /** {@code GET /torrents/INFOHASH.torrent}. */
    Answer torrentFile(Exchange exchange) {
        String name = exchange.path().get(1);
        Optional<InfoDictionary> info = Optional.empty();
        if (name.endsWith(SUFFIX)) {
            try {
                info = scheduler.torrent(InfoHash.fromHex(name.substring(0, name.length() - SUFFIX.length())));
            } catch (IllegalArgumentException e) {
                throw new PeerFault(Kind.USAGE, "write /torrents/INFOHASH.torrent, 40 hexadecimal digits", e);
            }
        }
        return metainfo(
                info.orElseThrow(() -> new OriginFault(Kind.NOT_FOUND, "this tracker serves no torrent " + name)),
                exchange.links());
    }

    /** {@code GET /torrent?uri=...}: for clients that can only repeat a GET until it works. */
    CompletableFuture<Answer> torrentOf(Exchange exchange) {
        ArtifactRequest request = new ArtifactRequest(
                exchange.parameter("uri").orElse(""),
                exchange.parameter("pieceSize").orElse(null),
                exchange.parameter("profile").orElse(null));
        return admissions
                .request(request)
                .thenCompose(id -> scheduler.artifact(id, exchange.links(), maxWait))
                .thenApply(status -> torrent(status, exchange.links()));
    }

    private Answer torrent(ArtifactStatus status, Links links) {
        if (status.state() == ArtifactState.READING) {
            return Answer.retryLater(status.uri() + " is still being read: " + status.piecesHashed() + " of "
                    + status.pieceCount() + " pieces; ask again");
        }
        if (status.state() == ArtifactState.FAILED) {
            Kind kind = status.errorKind() == null ? Kind.FAILED : Kind.valueOf(status.errorKind());
            throw new OriginFault(kind, String.valueOf(status.error()));
        }
        return metainfo(scheduler.torrent(new ArtifactId(status.id())), links);
    }

    private Answer metainfo(InfoDictionary info, Links links) {
        String announce = links.announceUrl(info.infoHash());
        List<String> webSeeds = scheduler.webSeeds(info.infoHash()).stream()
                .map(node -> links.webSeedUrl(node, info.infoHash()))
                .toList();
        return Answer.of(
                TORRENT, Metainfo.of(info, Optional.of(announce), webSeeds).encode());
    }
}
