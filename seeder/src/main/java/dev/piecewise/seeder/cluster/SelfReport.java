package dev.piecewise.seeder.cluster;

import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.NodeReport.Flow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a process says of itself, see {@link NodeReport}: rates are those since the report before. {@link #next} is for one
 * thread, the rest for all.
 */
final class SelfReport {
    /** So many archives are told of at most. */
    static final int MOST_UNPACKING = 16;

    private final ProcessLoad load;
    private final ProcessMemory memory;
    private final Supplier<Traffic> traffic;
    private final LongSupplier originBytes;
    private final Supplier<Optional<Store.Space>> space;
    private final LongSupplier nanoTime;
    private final AtomicLong httpBytes = new AtomicLong();
    private final List<Archive> unpacking = new CopyOnWriteArrayList<>();
    private Sample former;

    /** Payload of all swarms, ever. */
    record Traffic(long receivedBytes, long sentBytes) {
        static final Traffic NONE = new Traffic(0, 0);

        Traffic plus(Traffic more) {
            return new Traffic(receivedBytes + more.receivedBytes, sentBytes + more.sentBytes);
        }
    }

    private record Sample(
            long nanos,
            long processNanos,
            ProcessLoad.@Nullable Ticks machine,
            Traffic traffic,
            long originBytes,
            long httpBytes) {}

    /** @param nanoTime monotonic clock */
    SelfReport(
            ProcessLoad load,
            ProcessMemory memory,
            Supplier<Traffic> traffic,
            LongSupplier originBytes,
            Supplier<Optional<Store.Space>> space,
            LongSupplier nanoTime) {
        this.load = load;
        this.memory = memory;
        this.traffic = traffic;
        this.originBytes = originBytes;
        this.space = space;
        this.nanoTime = nanoTime;
        this.former = sample();
    }

    private Sample sample() {
        return new Sample(
                nanoTime.getAsLong(),
                load.processNanos(),
                load.machine().orElse(null),
                traffic.get(),
                originBytes.getAsLong(),
                httpBytes.get());
    }

    /** How it is now, since it was asked last. */
    NodeReport next() {
        Sample now = sample();
        Sample before = former;
        former = now;
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        Optional<Store.Space> disk = space.get();
        return new NodeReport(
                seconds <= 0 ? 0 : Math.max(0, (now.processNanos() - before.processNanos()) / 1e9 / seconds),
                load.processors(),
                share(before.machine(), now.machine()),
                memory.residentBytes(),
                memory.machineBytes(),
                flow(before.originBytes(), now.originBytes(), seconds),
                flow(before.traffic().receivedBytes(), now.traffic().receivedBytes(), seconds),
                flow(before.traffic().sentBytes(), now.traffic().sentBytes(), seconds),
                flow(before.httpBytes(), now.httpBytes(), seconds),
                new NodeReport.Disk(
                        disk.map(Store.Space::heldBytes).orElse(0L),
                        disk.map(Store.Space::freeBytes).orElse(null)),
                unpacking.stream().limit(MOST_UNPACKING).map(Archive::told).toList());
    }

    private static @Nullable Double share(ProcessLoad.@Nullable Ticks before, ProcessLoad.@Nullable Ticks now) {
        if (before == null || now == null || now.total() <= before.total()) {
            return null;
        }
        double busy = (double) (now.busy() - before.busy()) / (now.total() - before.total());
        return Math.max(0, Math.min(1, busy));
    }

    private static Flow flow(long before, long now, double seconds) {
        long rate = seconds <= 0 ? 0 : Math.round(Math.max(0, now - before) / seconds);
        return new Flow(Math.max(0, now), rate);
    }

    /** The web seed sent so many bytes more. */
    void sentOverHttp(long bytes) {
        httpBytes.addAndGet(bytes);
    }

    /** An archive is being unpacked from now on, until that is closed. */
    Unpacking unpacking(String name, long totalBytes) {
        Archive archive = new Archive(name, totalBytes);
        unpacking.add(archive);
        return archive;
    }

    private final class Archive implements Unpacking {
        private final String name;
        private final long totalBytes;
        private volatile long bytes;

        Archive(String name, long totalBytes) {
            this.name = name;
            this.totalBytes = totalBytes;
        }

        @Override
        public void progress(long done) {
            bytes = done;
        }

        NodeReport.Unpacking told() {
            return new NodeReport.Unpacking(name, bytes, totalBytes);
        }

        @Override
        public void close() {
            unpacking.remove(this);
        }
    }
}
