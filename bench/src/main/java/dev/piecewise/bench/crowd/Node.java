package dev.piecewise.bench.crowd;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls of one node, or of one seeder, as {@code seeder.cluster} and {@code seeder.lease} make them. */
final class Node {
    private static final int PORT = 6881;
    private static final int WANTED_PEERS = 50;
    private static final double HEAR_SECONDS = 40;
    private static final double RETRY_SECONDS = 1;

    final Crowd crowd;
    final String id;
    private final String host;
    private final boolean reads;
    private final Calls.Lines lines;
    private final HoldingsTeller holdings;
    private final LeaseTaker leases;
    private final List<Taking> takings = new ArrayList<>();
    private double heartbeatSeconds;

    /** Takes the body of an answer that is none of a failure. */
    interface Answered {
        void with(byte[] body);
    }

    Node(Crowd crowd, int number, boolean reads, Calls.Lines lines) {
        this.crowd = crowd;
        this.id = String.format("%032x", 0xc0ffee00L + number);
        this.host = "10." + (number >> 16) + "." + ((number >> 8) & 255) + "." + (number & 255);
        this.reads = reads;
        this.lines = lines;
        this.holdings = new HoldingsTeller(this);
        this.leases = new LeaseTaker(this, reads);
    }

    /** Sends a call; a failure is counted, and {@code again} runs a moment later. */
    void call(Tally.Kind kind, String method, String path, byte @Nullable [] body, Answered then, Runnable again) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + crowd.authority + "\r\n"
                + (body == null ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n")
                + "\r\n";
        byte[] headBytes = head.getBytes(StandardCharsets.US_ASCII);
        byte[] request = headBytes;
        if (body != null) {
            request = new byte[headBytes.length + body.length];
            System.arraycopy(headBytes, 0, request, 0, headBytes.length);
            System.arraycopy(body, 0, request, headBytes.length, body.length);
        }
        long sent = crowd.timeline.nowNanos();
        crowd.calls.send(lines, request, (status, answer) -> {
            if (status / 100 == 2) {
                crowd.tally.answered(kind, crowd.timeline.nowNanos() - sent);
                then.with(answer);
            } else {
                crowd.tally.failed(kind, status, new String(answer, StandardCharsets.UTF_8));
                crowd.timeline.after(RETRY_SECONDS, again);
            }
        });
    }

    String path(String last) {
        return "/v1/nodes/" + id + "/" + last;
    }

    void start(List<Crowd.Published> has) {
        NodeRegistration registration =
                new NodeRegistration(id, reads ? "seeder" : "node", reads ? Ingest.ONLY : Ingest.AUTO, host, null);
        call(
                Tally.Kind.REGISTER,
                "POST",
                "/v1/nodes",
                ApiJson.write(registration),
                answer -> {
                    heartbeatSeconds = ApiJson.read(answer, NodeAccepted.class).heartbeatSeconds();
                    has.forEach(one -> holdings.hasAll(one.id()));
                    announceAll(has);
                    hear("");
                    crowd.timeline.after(crowd.random.nextDouble() * heartbeatSeconds, this::beat);
                    if (reads) {
                        leases.begin();
                    }
                    crowd.hasStarted();
                },
                () -> start(has));
    }

    private void announceAll(List<Crowd.Published> of) {
        if (!of.isEmpty()) {
            announce(of.get(0).infoHash(), AnnounceEvent.STARTED, 0, () -> announceAll(of.subList(1, of.size())));
        }
    }

    private void hear(String cursor) {
        call(
                Tally.Kind.PEERS,
                "GET",
                path("peers") + "?from=" + cursor + "&waitSeconds=" + HEAR_SECONDS,
                null,
                answer -> {
                    PeerNews news = ApiJson.read(answer, PeerNews.class);
                    news.newcomers().forEach(crowd::hearsOf);
                    hear(news.cursor());
                },
                () -> hear(cursor));
    }

    private void beat() {
        Heartbeat heartbeat = new Heartbeat(
                leases.progress(),
                takings.stream()
                        .filter(Taking::isMoving)
                        .map(taking -> new Heartbeat.Transfer(taking.artifactId(), Samples.TRANSFER))
                        .toList(),
                Samples.NODE);
        call(
                Tally.Kind.HEARTBEAT,
                "POST",
                path("heartbeat"),
                ApiJson.write(heartbeat),
                answer -> {
                    double next = ApiJson.read(answer, HeartbeatReply.class).nextSeconds();
                    heartbeatSeconds = next > 0 ? next : heartbeatSeconds;
                    crowd.timeline.after(heartbeatSeconds, this::beat);
                },
                this::beat);
    }

    /** Wants an artifact that is about to be read. */
    void take(Growing wanted) {
        call(
                Tally.Kind.ASK,
                "POST",
                "/v1/artifacts",
                ApiJson.write(new ArtifactRequest(wanted.uri, "" + Plan.PIECE_BYTES)),
                answer -> {
                    String artifactId =
                            ApiJson.read(answer, ArtifactStatus.class).id();
                    takeUp(artifactId, wanted);
                },
                () -> take(wanted));
    }

    /** Takes part in the swarm of an artifact that is being read. */
    void takeUp(String artifactId, Growing of) {
        if (takings.stream().noneMatch(taking -> taking.artifactId().equals(artifactId))) {
            Taking taking = new Taking(this, artifactId, of, holdings);
            takings.add(taking);
            taking.begin();
            if (!reads) {
                leases.begin();
            }
        }
    }

    /** Whether it fetches anything that is being read. */
    boolean isFollowing() {
        return takings.stream().anyMatch(Taking::isFollowing);
    }

    /** It has all of an artifact now. */
    void has(Taking all) {
        takings.remove(all);
    }

    void holds(String artifactId, int piece) {
        holdings.added(artifactId, piece);
    }

    void announce(InfoHash swarm, AnnounceEvent event, long leftBytes) {
        announce(swarm, event, leftBytes, () -> {});
    }

    private void announce(InfoHash swarm, AnnounceEvent event, long leftBytes, Runnable then) {
        if (event == AnnounceEvent.STARTED && leftBytes > 0) {
            crowd.announces(swarm, host);
        }
        AnnounceRequest request = new AnnounceRequest(
                swarm,
                PeerId.of(id.substring(12).getBytes(StandardCharsets.US_ASCII)),
                PORT,
                0,
                0,
                leftBytes,
                event,
                WANTED_PEERS);
        call(
                Tally.Kind.ANNOUNCE,
                "GET",
                "/announce?" + AnnounceCodec.toQuery(request) + "&node=" + id,
                null,
                answer -> {
                    String text = new String(answer, StandardCharsets.ISO_8859_1);
                    if (text.contains("failure reason")) {
                        crowd.tally.failed(Tally.Kind.ANNOUNCE, 200, text);
                    }
                    then.run();
                },
                () -> announce(swarm, event, leftBytes, then));
    }
}
