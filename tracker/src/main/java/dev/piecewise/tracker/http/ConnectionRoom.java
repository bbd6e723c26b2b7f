package dev.piecewise.tracker.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntSupplier;

/**
 * Keeps a tracker of very many nodes within its limit of open files: each node has one connection that waits, which is needed, and
 * another one that is idle most of the time, which is not.
 */
final class ConnectionRoom {
    private final IntSupplier open;
    private final long most;

    /** @param open connections now */
    ConnectionRoom(IntSupplier open) {
        this(open, maxOpenFiles() / 2);
    }

    /** @param most that may be left open idly */
    ConnectionRoom(IntSupplier open, long most) {
        this.open = open;
        this.most = most;
    }

    private static long maxOpenFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** Whether connections should be closed that nobody waits on. */
    boolean isScarce() {
        return open.getAsInt() > most;
    }
}
