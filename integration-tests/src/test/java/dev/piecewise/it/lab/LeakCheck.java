package dev.piecewise.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/**
 * What a swarm must give back: after everything is closed no thread and no file descriptor of it may be left. Take one
 * before, {@link #assertNothingLeaked()} after.
 */
public final class LeakCheck {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final Set<Thread> threads = Thread.getAllStackTraces().keySet();
    private final Set<String> files = openFiles();

    /** Waits a little for threads that are on their way out, then fails naming what stayed. */
    public void assertNothingLeaked() throws Exception {
        Await.until(
                "all threads and files given back; left: " + leakedThreads() + " " + leakedFiles(),
                Duration.ofSeconds(20),
                this::nothingIsLeft);
        Assertions.assertThat(leakedThreads()).isEmpty();
    }

    /** Before Java 21 an HttpClient cannot be closed: its thread ends once nothing refers to the client any more. */
    private boolean nothingIsLeft() {
        System.gc();
        return leakedThreads().isEmpty() && leakedFiles().isEmpty();
    }

    private Set<String> leakedThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threads.contains(thread) && thread.isAlive() && !belongsToTheJvm(thread))
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> leakedFiles() {
        Set<String> leaked = openFiles();
        leaked.removeAll(files);
        return leaked;
    }

    /** Threads that the JDK starts once per JVM and keeps. */
    private static boolean belongsToTheJvm(Thread thread) {
        String name = thread.getName();
        return name.startsWith("process reaper")
                || name.startsWith("Common-Cleaner")
                || name.startsWith("ForkJoinPool.commonPool")
                || name.startsWith("Keep-Alive")
                || name.startsWith("CompletableFutureDelayScheduler")
                || name.equals("idle-connection-reaper");
    }

    /** Regular files that stand on a disk; sockets show as leaked threads or ports, jars and devices belong to the JVM. */
    private static Set<String> openFiles() {
        Set<String> open = new TreeSet<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return open;
        }
        try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
            entries.forEach(entry -> {
                try {
                    String target = Files.readSymbolicLink(entry).toString();
                    if (target.startsWith("/")
                            && !target.startsWith("/dev/")
                            && !target.endsWith(".jar")
                            && !target.contains("/jvm/")) {
                        open.add(target);
                    }
                } catch (IOException e) {
                    // Closed between listing and looking: not open, so nothing to count.
                    open.remove(entry.toString());
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open;
    }
}
