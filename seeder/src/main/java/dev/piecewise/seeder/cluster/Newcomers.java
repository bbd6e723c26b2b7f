package dev.piecewise.seeder.cluster;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.peer.Swarm;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.PeerNews;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from the tracker who joins the swarms of this process, by one request that the tracker holds until there is somebody, and
 * tells the swarms.
 */
final class Newcomers {
    private static final Logger LOG = LoggerFactory.getLogger(Newcomers.class);
    private static final Duration WAIT = Duration.ofSeconds(40);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(8);

    private final Tracker tracker;
    private final String nodeId;
    private final Membership membership;
    private final Supplier<Collection<Swarm>> swarms;
    private final Backoff backoff;

    /**
     * @param swarms those that run now
     * @param random spreads the nodes that try again
     */
    Newcomers(
            Tracker tracker,
            String nodeId,
            Membership membership,
            Supplier<Collection<Swarm>> swarms,
            RandomGenerator random) {
        this.tracker = tracker;
        this.nodeId = nodeId;
        this.membership = membership;
        this.swarms = swarms;
        this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, random);
    }

    /** The body of its thread; ends by itself where there is no tracker. */
    void run() throws InterruptedException {
        String cursor = "";
        while (true) {
            long registration = membership.awaitRegistered();
            try {
                PeerNews news = tracker.peers(nodeId, cursor, WAIT);
                cursor = news.cursor();
                backoff.reset();
                news.newcomers().forEach(this::introduce);
            } catch (UnknownNode e) {
                membership.forgotten(registration);
                Thread.sleep(backoff.next().toMillis());
            } catch (PiecewiseFault fault) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                if (fault.kind() == Kind.USAGE) {
                    return;
                }
                LOG.debug("no news of peers: {}", fault.getMessage());
                Thread.sleep(backoff.next().toMillis());
            }
        }
    }

    private void introduce(PeerNews.Newcomer newcomer) {
        InfoHash infoHash = InfoHash.fromHex(newcomer.infoHash());
        List<InetSocketAddress> address = List.of(new InetSocketAddress(newcomer.host(), newcomer.port()));
        swarms.get().stream().filter(swarm -> swarm.isKnownAs(infoHash)).forEach(swarm -> swarm.introduce(address));
    }
}
