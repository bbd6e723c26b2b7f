package dev.piecewise.seeder.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much memory this process has, and its machine. */
interface ProcessMemory {
    /** Memory of this process that is resident; the JVM's heap alone where the system does not tell. */
    long residentBytes();

    /** Of the machine, or what the container may have; {@code null} if not known. */
    @Nullable
    Long machineBytes();

    /** The running process; resident memory is {@code VmRSS} of Linux's {@code /proc/self/status} (proc(5)). */
    static ProcessMemory ofThisProcess() {
        return new ProcessMemory() {
            private static final Path STATUS = Path.of("/proc/self/status");

            @Override
            public long residentBytes() {
                Runtime runtime = Runtime.getRuntime();
                return resident(STATUS).orElse(runtime.totalMemory() - runtime.freeMemory());
            }

            @Override
            public @Nullable Long machineBytes() {
                return ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.OperatingSystemMXBean system
                        ? Long.valueOf(system.getTotalMemorySize())
                        : null;
            }
        };
    }

    /** Reads {@code VmRSS:     1234 kB}. */
    static OptionalLong resident(Path status) {
        try (Stream<String> lines = Files.lines(status, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
