package dev.piecewise.tracker.http;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TransferReport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What nodes call: membership, holdings, leases. */
final class NodeRoutes {
    private static final Duration MAX_LEASE_WAIT = Duration.ofSeconds(30);
    private static final int MAX_LEASES = 64;
    private static final int MAX_NODE_ID_CHARS = 200;

    private final Scheduler scheduler;
    private final Introductions introductions;
    private final Duration maxWait;
    private final LongSupplier nanoClock;
    private final Executor lookups;

    /** @param lookups runs host name lookups, which may block */
    NodeRoutes(
            Scheduler scheduler,
            Introductions introductions,
            Duration maxWait,
            LongSupplier nanoClock,
            Executor lookups) {
        this.scheduler = scheduler;
        this.introductions = introductions;
        this.maxWait = maxWait;
        this.nanoClock = nanoClock;
        this.lookups = lookups;
    }

    CompletableFuture<Answer> register(Exchange exchange) {
        return exchange.body(NodeRegistration.class)
                .thenApplyAsync(registration -> register(registration, exchange.source()), lookups);
    }

    private Answer register(NodeRegistration registration, InetAddress source) {
        String id = registration.nodeId();
        if (id == null
                || id.isEmpty()
                || id.length() > MAX_NODE_ID_CHARS
                || registration.role() == null
                || registration.ingest() == null) {
            throw new PeerFault(
                    Kind.USAGE,
                    "a node needs an id of at most " + MAX_NODE_ID_CHARS
                            + " characters, a role, and to say whether it reads origins");
        }
        scheduler.register(new NodeRegistry.Node(
                id,
                registration.role(),
                registration.ingest(),
                advertised(registration.advertisedHost()),
                WebSeedUrls.base(registration.webSeed(), source),
                Optional.ofNullable(registration.place()).orElse(Place.UNKNOWN),
                nanoClock.getAsLong()));
        return Answer.json(new NodeAccepted(id, seconds(scheduler.heartbeat()), seconds(scheduler.expiry())));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Optional<InetAddress> advertised(@Nullable String host) {
        if (host == null || host.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host.strip()));
        } catch (UnknownHostException e) {
            throw new OriginFault(
                    Kind.USAGE,
                    "the advertised host '" + host + "' has no address here; give --advertise one that peers can reach",
                    e);
        }
    }

    CompletableFuture<Answer> heartbeat(Exchange exchange) {
        return exchange.body(Heartbeat.class)
                .thenCompose(heartbeat -> {
                    List<Heartbeat.Progress> leases = orEmpty(heartbeat.leases());
                    leases.forEach(lease -> given(lease.leaseId()));
                    List<Heartbeat.Transfer> transfers = orEmpty(heartbeat.transfers());
                    transfers.forEach(transfer -> transferred(exchange.path().get(2), transfer));
                    return scheduler.heartbeat(exchange.path().get(2), new Heartbeat(leases, null, heartbeat.node()));
                })
                .thenApply(Answer::json);
    }

    private void transferred(String nodeId, Heartbeat.Transfer transfer) {
        given(transfer.artifactId());
        given(transfer.report());
        scheduler.transferred(nodeId, ArtifactRoutes.id(transfer.artifactId()), transfer.report());
    }

    /** {@code GET /v1/nodes/N/peers}. */
    CompletableFuture<Answer> peers(Exchange exchange) {
        String nodeId = exchange.path().get(2);
        scheduler.mustBeAlive(nodeId);
        return introductions
                .ask(nodeId, exchange.parameter("from").orElse(""), exchange.wait(maxWait))
                .thenApply(Answer::json);
    }

    /** {@code GET /v1/nodes}. */
    Answer list() {
        return Answer.json(scheduler.nodes());
    }

    Answer leave(Exchange exchange) {
        scheduler.leave(exchange.path().get(2));
        return Answer.nothing();
    }

    CompletableFuture<Answer> holdings(Exchange exchange) {
        String nodeId = exchange.path().get(2);
        return exchange.body(HoldingsReport.class).thenApply(report -> {
            scheduler.mustBeAlive(nodeId);
            List<String> unknown = orEmpty(report.artifacts()).stream()
                    .filter(part -> !isTaken(nodeId, part))
                    .map(HoldingsReport.Part::artifactId)
                    .toList();
            return Answer.json(new HoldingsTaken(seconds(scheduler.nextHoldings(nodeId)), unknown));
        });
    }

    /** Whether there is an artifact of which this may be said. */
    private boolean isTaken(String nodeId, HoldingsReport.Part part) {
        given(part.artifactId());
        given(part.holdings());
        ArtifactId id = ArtifactRoutes.id(part.artifactId());
        Holdings holdings = part.holdings();
        BitSet whole = holdings.bitfield() == null ? null : bits(holdings.bitfield());
        try {
            scheduler.holdings(nodeId, id, whole, orEmpty(holdings.added()), orEmpty(holdings.dropped()));
        } catch (OriginFault fault) {
            if (fault.kind() == Kind.NOT_FOUND) {
                return false;
            }
            throw fault;
        }
        TransferReport transfer = holdings.transfer();
        if (transfer != null) {
            scheduler.transferred(nodeId, id, transfer);
        }
        return true;
    }

    /** BEP 3's bitfield: the high bit of the first byte is piece 0. */
    private static BitSet bits(String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new PeerFault(Kind.USAGE, "the bitfield is not base64", e);
        }
        BitSet bits = new BitSet();
        for (int i = 0; i < bytes.length * 8; i++) {
            if ((bytes[i / 8] & (0x80 >> (i % 8))) != 0) {
                bits.set(i);
            }
        }
        return bits;
    }

    CompletableFuture<Answer> takeLeases(Exchange exchange) {
        return exchange.body(LeaseRequest.class)
                .thenCompose(request -> scheduler.takeLeases(
                        exchange.path().get(2),
                        Math.max(0, Math.min(request.maxLeases(), MAX_LEASES)),
                        Exchange.wait(request.waitSeconds(), MAX_LEASE_WAIT),
                        exchange.links()))
                .thenApply(grants -> Answer.json(grants, () -> scheduler.undelivered(grants)));
    }

    CompletableFuture<Answer> report(Exchange exchange) {
        return exchange.body(PieceReport.class).thenApply(report -> {
            orEmpty(report.pieces()).forEach(piece -> given(piece.sha1()));
            scheduler.report(
                    exchange.path().get(2),
                    new PieceReport(
                            report.fence(),
                            notNegative(report.bytesRead()),
                            notNegative(report.bytesFromHolders()),
                            orEmpty(report.pieces())));
            return Answer.nothing();
        });
    }

    CompletableFuture<Answer> giveBack(Exchange exchange) {
        return exchange.body(LeaseReturn.class).thenApply(back -> {
            notNegative(back.bytesRead());
            notNegative(back.bytesFromHolders());
            scheduler.giveBack(exchange.path().get(2), back);
            return Answer.nothing();
        });
    }

    CompletableFuture<Answer> sign(Exchange exchange) {
        return exchange.body(SignRequest.class)
                .thenCompose(request -> scheduler.sign(exchange.path().get(2), request, exchange.links()))
                .thenApply(Answer::json);
    }

    private static long notNegative(long bytes) {
        if (bytes < 0) {
            throw new PeerFault(Kind.USAGE, bytes + " bytes cannot have been read");
        }
        return bytes;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        if (list == null) {
            return List.of();
        }
        list.forEach(NodeRoutes::given);
        return list;
    }

    private static void given(@Nullable Object value) {
        if (value == null) {
            throw new PeerFault(Kind.USAGE, "the body has null where a value is needed");
        }
    }
}
