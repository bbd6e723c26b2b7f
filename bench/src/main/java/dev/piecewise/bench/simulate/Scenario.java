package dev.piecewise.bench.simulate;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.peer.schedule.Neighbourhood;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.trackerclient.api.Ingest;
import java.time.Duration;

/**
 * What is simulated. A seeder, if there is one, has a link like the nodes'; the nodes, all up, ask for the artifact at the same
 * moment, when nobody has any of it.
 *
 * @param nodes that want the artifact
 * @param layout of the artifact
 * @param bytesPerSecond of a link, each way
 * @param origin where the bytes come from
 * @param latency of a message, one way
 * @param links whether all links are alike
 * @param churn nodes that end, each replaced by a new one
 * @param zones between which bytes pass links of a quarter of what the nodes of a zone have together; 1 for none
 * @param policy what can be chosen without a change of the classes
 * @param seed of all that is random
 */
record Scenario(
        int nodes,
        PieceLayout layout,
        double bytesPerSecond,
        Origin origin,
        Duration latency,
        Links links,
        Churn churn,
        int zones,
        Policy policy,
        long seed) {
    /** How the rates of the nodes differ. */
    enum Links {
        /** Not at all. */
        EVEN {
            @Override
            double share(int node) {
                return 1;
            }
        },
        /** Of ten nodes four have half the rate and one a tenth. */
        UNEVEN {
            @Override
            double share(int node) {
                return node % 10 == 9 ? 0.1 : node % 10 >= 5 ? 0.5 : 1;
            }
        };

        /** Of the rate, for a node. */
        abstract double share(int node);
    }

    /**
     * @param bytesPerSecond to all who read it together
     * @param connectionBytesPerSecond over one connection, of which there is one for each lease
     * @param readers who may read it
     */
    record Origin(double bytesPerSecond, double connectionBytesPerSecond, Readers readers) {
        /** Read by a seeder, over connections that are as fast as the origin. */
        static Origin of(double bytesPerSecond) {
            return new Origin(bytesPerSecond, Double.POSITIVE_INFINITY, Readers.SEEDER);
        }

        /** That all who may read get at most. */
        private double most(int nodes) {
            int connections = (readers.hasSeeder() ? settings(Ingest.ONLY).leases() : 0)
                    + (readers.nodes() == Ingest.AUTO
                            ? nodes * settings(Ingest.AUTO).leases()
                            : 0);
            return Math.min(bytesPerSecond, connections * connectionBytesPerSecond);
        }

        /** How a process of that kind reads. */
        static OriginSettings settings(Ingest ingest) {
            OriginSettings usual = OriginSettings.defaults();
            return ingest == Ingest.ONLY ? usual : usual.beside();
        }
    }

    /** Who may read the origin. */
    enum Readers {
        /** A process that reads for everybody. */
        SEEDER,
        /** Besides, such of the nodes as the tracker chooses. */
        SEEDER_AND_NODES,
        /** Only such nodes. */
        NODES;

        boolean hasSeeder() {
            return this != NODES;
        }

        Ingest nodes() {
            return this == SEEDER ? Ingest.NEVER : Ingest.AUTO;
        }
    }

    /**
     * @param share of the nodes, each at some moment
     * @param death how they end
     */
    record Churn(double share, Death death) {
        static final Churn NONE = new Churn(0, Death.KILLED);
    }

    /** How a node ends, seen by its neighbours. */
    enum Death {
        /** Its process is killed, so its machine closes the connections at once. */
        KILLED,
        /** Its machine or its cable is gone, and nothing says so. */
        SILENT
    }

    /**
     * @param neighbours how many a node calls, and has at most
     * @param wanted peers that a node asks the tracker for
     * @param slots peers that a node serves by turns of a piece, and that it asks at a time; 0 for all
     * @param atOnce of those that asked, how many share its uplink, the others wait for their turn; 0 for all
     */
    record Policy(Neighbourhood.Size neighbours, int wanted, int slots, int atOnce) {
        /** Those of a node by default. */
        static Policy usual() {
            EngineConfig.Limits limits = EngineConfig.Limits.usual();
            return new Policy(Neighbourhood.Size.of(limits.maxPeers()), 50, limits.uploadSlots(), 0);
        }
    }

    /** The same with other choices. */
    Scenario with(Policy other) {
        return new Scenario(nodes, layout, bytesPerSecond, origin, latency, links, churn, zones, other, seed);
    }

    /** The same with another origin. */
    Scenario with(Origin other) {
        return new Scenario(nodes, layout, bytesPerSecond, other, latency, links, churn, zones, policy, seed);
    }

    /**
     * The least time in which anything can bring all pieces to a node of such a rate: its link carries the file once, and so does
     * that of one who reads it, after which the last piece is passed on while twice as many have it in each step.
     */
    double boundSeconds(double share) {
        double source = layout.totalBytes() / Math.min(bytesPerSecond, origin.most(nodes));
        int doublings = 31 - Integer.numberOfLeadingZeros(nodes);
        double discrete = source + doublings * layout.pieceBytes() / bytesPerSecond;
        return Math.max(layout.totalBytes() / (bytesPerSecond * share), discrete);
    }
}
