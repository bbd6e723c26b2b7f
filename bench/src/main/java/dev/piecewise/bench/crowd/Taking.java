package dev.piecewise.bench.crowd;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.HashList;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A node fetches an artifact that is being read. */
final class Taking {
    private static final double WAIT_SECONDS = 20;
    /** From a known hash to the piece. */
    private static final double LEAST_FETCH_SECONDS = 0.2;

    private static final double MOST_FETCH_SECONDS = 3;

    private final Node node;
    private final String artifactId;
    private final Growing of;
    private final HoldingsTeller holdings;
    private final BitSet known = new BitSet();
    private int held;
    private long sinceNanos;
    private boolean followed;
    private @Nullable InfoHash swarm;
    private @Nullable InfoHash infoHash;

    Taking(Node node, String artifactId, Growing of, HoldingsTeller holdings) {
        this.node = node;
        this.artifactId = artifactId;
        this.of = of;
        this.holdings = holdings;
    }

    String artifactId() {
        return artifactId;
    }

    boolean isFollowing() {
        return !followed;
    }

    boolean isMoving() {
        return held > 0;
    }

    void begin() {
        holdings.hasNothing(artifactId);
        ask("", 0, list -> {
            swarm = InfoHash.fromHex(list.swarm());
            node.announce(swarm, AnnounceEvent.STARTED, node.crowd.plan.totalBytes());
            sinceNanos = node.crowd.timeline.nowNanos();
            follow(list.cursor());
        });
    }

    private interface Listed {
        void with(HashList list);
    }

    private void ask(String cursor, double waitSeconds, Listed then) {
        node.call(
                Tally.Kind.HASHES,
                "GET",
                "/v1/artifacts/" + artifactId + "/hashes?from=" + cursor + "&waitSeconds=" + waitSeconds,
                null,
                answer -> {
                    HashList list = ApiJson.read(answer, HashList.class);
                    list.unpack().forEach(entry -> learn(entry.piece()));
                    then.with(list);
                },
                () -> ask(cursor, waitSeconds, then));
    }

    private void follow(String cursor) {
        ask(cursor, WAIT_SECONDS, list -> {
            if (list.state() == ArtifactState.READING) {
                follow(list.cursor());
            } else {
                followed = true;
                infoHash = list.infoHash() == null ? null : InfoHash.fromHex(list.infoHash());
                if (infoHash != null && held < node.crowd.plan.pieces()) {
                    node.announce(infoHash, AnnounceEvent.STARTED, node.crowd.plan.totalBytes());
                }
                finish();
            }
        });
    }

    private void learn(int piece) {
        if (!known.get(piece)) {
            known.set(piece);
            long reported = of.reportedNanos(piece);
            if (sinceNanos > 0 && reported > sinceNanos) {
                node.crowd.tally.hashes.add(node.crowd.timeline.nowNanos() - reported);
            }
            double fetch =
                    LEAST_FETCH_SECONDS + node.crowd.random.nextDouble() * (MOST_FETCH_SECONDS - LEAST_FETCH_SECONDS);
            node.crowd.timeline.after(fetch, () -> {
                held++;
                node.holds(artifactId, piece);
                finish();
            });
        }
    }

    private void finish() {
        if (followed && held == node.crowd.plan.pieces()) {
            if (swarm != null) {
                node.announce(swarm, AnnounceEvent.COMPLETED, 0);
            }
            if (infoHash != null) {
                node.announce(infoHash, AnnounceEvent.COMPLETED, 0);
            }
            node.has(this);
        }
    }
}
