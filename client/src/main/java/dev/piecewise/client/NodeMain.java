package dev.piecewise.client;

import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.Resources;

/** Starts a node within this process. */
public final class NodeMain {
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
