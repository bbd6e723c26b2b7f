package dev.piecewise.peer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The machine's current run, from boot to crash. Written bytes survive the death of a process, but not that of the machine
 * unless they reached the disk; Linux writes dirty pages back within half a minute.
 *
 * @param id names it, empty where the system does not tell
 * @param startedAt when it booted, if known
 */
record BootSession(String id, Optional<Instant> startedAt) {
    private static final Duration WRITTEN_BACK = Duration.ofSeconds(60);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path STATISTICS = Path.of("/proc/stat");

    static BootSession current() {
        try {
            if (!Files.isReadable(BOOT_ID)) {
                return new BootSession("", Optional.empty());
            }
            return new BootSession(Files.readString(BOOT_ID).strip(), bootTime());
        } catch (IOException e) {
            return new BootSession("", Optional.empty());
        }
    }

    private static Optional<Instant> bootTime() throws IOException {
        if (!Files.isReadable(STATISTICS)) {
            return Optional.empty();
        }
        return Files.readAllLines(STATISTICS).stream()
                .filter(line -> line.startsWith("btime "))
                .map(line ->
                        Instant.ofEpochSecond(Long.parseLong(line.substring(6).strip())))
                .findFirst();
    }

    /** Whether what a process wrote in the session {@code thatId} until {@code lastWrite} is surely still there. */
    boolean keeps(String thatId, Instant lastWrite) {
        if (id.isEmpty() || id.equals(thatId)) {
            return true;
        }
        return startedAt
                .map(boot -> lastWrite.plus(WRITTEN_BACK).isBefore(boot))
                .orElse(false);
    }

    /** Whether {@code thatId} is surely this session. */
    boolean is(String thatId) {
        return !id.isEmpty() && id.equals(thatId);
    }
}
