package dev.piecewise.trackerclient.api;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a process says of itself with each heartbeat: how much of its machine it uses, and what it does that the tracker does not
 * see. How it gets on with single artifacts is told by {@link TransferReport}s.
 *
 * @param cpu processors that this process kept busy on average since its last report, for example 1.5; up to {@code processors}
 * @param processors how many it may use
 * @param machineShare how busy all processors of its machine were meanwhile, whoever used them, 0 to 1; {@code null} if not known
 * @param memoryBytes memory of this process that is resident
 * @param machineMemoryBytes of the machine, or what the process's container may have; {@code null} if not known
 * @param fromOrigin body bytes read from origins under leases
 * @param fromPeers payload received from peers, of all swarms
 * @param toPeers payload sent to peers, likewise
 * @param overHttp body bytes sent by its web seed
 * @param disk its data directory
 * @param unpacking archives that are being unpacked through it now
 */
public record NodeReport(
        double cpu,
        int processors,
        @Nullable Double machineShare,
        long memoryBytes,
        @Nullable Long machineMemoryBytes,
        Flow fromOrigin,
        Flow fromPeers,
        Flow toPeers,
        Flow overHttp,
        Disk disk,
        List<Unpacking> unpacking) {
    /** @throws IllegalArgumentException if a number makes no sense */
    public NodeReport {
        boolean sane = cpu >= 0
                && cpu <= 1e6
                && processors >= 0
                && (machineShare == null || (machineShare >= 0 && machineShare <= 1))
                && memoryBytes >= 0
                && (machineMemoryBytes == null || machineMemoryBytes >= 0);
        if (!sane) {
            throw new IllegalArgumentException("what a node uses is not negative");
        }
        Objects.requireNonNull(fromOrigin, "fromOrigin");
        Objects.requireNonNull(fromPeers, "fromPeers");
        Objects.requireNonNull(toPeers, "toPeers");
        Objects.requireNonNull(overHttp, "overHttp");
        Objects.requireNonNull(disk, "disk");
        unpacking = unpacking == null ? List.of() : List.copyOf(unpacking);
    }

    /**
     * Bytes in one direction.
     *
     * @param bytes since the process started
     * @param bytesPerSecond on average since its last report
     */
    public record Flow(long bytes, long bytesPerSecond) {
        /** Nothing. */
        public static final Flow NONE = new Flow(0, 0);

        /** @throws IllegalArgumentException if a number makes no sense */
        public Flow {
            if (bytes < 0 || bytesPerSecond < 0) {
                throw new IllegalArgumentException("bytes that flow are not negative");
            }
        }
    }

    /**
     * The data directory.
     *
     * @param heldBytes verified pieces of the artifacts that the process has open
     * @param freeBytes that it may still use; {@code null} if not known
     */
    public record Disk(long heldBytes, @Nullable Long freeBytes) {
        /** @throws IllegalArgumentException if a number makes no sense */
        public Disk {
            if (heldBytes < 0 || (freeBytes != null && freeBytes < 0)) {
                throw new IllegalArgumentException("a disk has no negative space");
            }
        }
    }

    /**
     * An archive on its way into a directory.
     *
     * @param name the archive's
     * @param bytes of it that are unpacked
     * @param totalBytes its size
     */
    public record Unpacking(String name, long bytes, long totalBytes) {
        public Unpacking {
            Objects.requireNonNull(name, "name");
        }
    }
}
