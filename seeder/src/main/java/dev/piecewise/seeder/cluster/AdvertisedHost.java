package dev.piecewise.seeder.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** The address at which other peers reach this machine, when the user names none. */
public final class AdvertisedHost {
    private static final int DISCARD_PORT = 9;

    private AdvertisedHost() {}

    /**
     * The local address from which {@code tracker} is reached, loopback if that is how; empty if it cannot be told, and
     * then the tracker takes the source address of requests. Sends nothing.
     */
    public static String towards(URI tracker) {
        try (DatagramSocket socket = new DatagramSocket()) {
            String host = tracker.getHost();
            if (host == null) {
                return "";
            }
            int port = tracker.getPort() > 0 ? tracker.getPort() : DISCARD_PORT;
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            socket.connect(new InetSocketAddress(InetAddress.getByName(bare), port));
            InetAddress local = socket.getLocalAddress();
            String text = local.getHostAddress();
            int scope = text.indexOf('%');
            return local.isAnyLocalAddress() ? "" : scope < 0 ? text : text.substring(0, scope);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
