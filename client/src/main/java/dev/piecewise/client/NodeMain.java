package dev.piecewise.client;

import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.Resources;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a node within this process. */
public final class NodeMain {
    private static final Logger LOG = LoggerFactory.getLogger(NodeMain.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private NodeMain() {}

    /**
     * Returns once it works. A tracker that cannot be reached yet is waited for, in the background.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the data directory is in use or unusable, the port is taken, or the
     *     tracker refuses the token
     */
    public static Node start(NodeConfig config) {
        return start(config, Node.Role.NODE, DataDirectory.open(config.data()));
    }

    /**
     * The same, but a data directory that another process has is waited for: a {@code get} without a node has it for as long as it runs.
     *
     * @param patience how long
     */
    public static Node start(NodeConfig config, Duration patience) throws InterruptedException {
        Optional<DataDirectory> data = DataDirectory.tryOpen(config.data());
        if (data.isEmpty()) {
            LOG.info(
                    "another process has the data directory {}; waiting {} s for it",
                    config.data(),
                    patience.toSeconds());
        }
        long started = System.nanoTime();
        while (data.isEmpty()) {
            if (System.nanoTime() - started > patience.toNanos()) {
                throw DataDirectory.inUse(config.data());
            }
            Thread.sleep(RETRY.toMillis());
            data = DataDirectory.tryOpen(config.data());
        }
        return start(config, Node.Role.NODE, data.get());
    }

    /** @param data closed with the node, also if it cannot start */
    static Node start(NodeConfig config, Node.Role role, DataDirectory data) {
        Resources resources = new Resources();
        resources.add(data);
        try {
            Node node = Guice.createInjector(new NodeModule(config, role, data, resources))
                    .getInstance(Node.class);
            node.start(config.data(), role);
            return node;
        } catch (ProvisionException e) {
            resources.close();
            if (e.getCause() instanceof PiecewiseFault fault) {
                throw fault;
            }
            throw e;
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }
}
