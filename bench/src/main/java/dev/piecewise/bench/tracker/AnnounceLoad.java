package dev.piecewise.bench.tracker;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Announces at a fixed rate, each on a connection of its own. A late answer does not delay the next request, and each is
 * timed from the moment it was due.
 */
final class AnnounceLoad {
    private static final int THREADS = 64;
    private static final int TIMEOUT_MILLIS = 10_000;

    private AnnounceLoad() {}

    static void awaitListening(URI tracker, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (Socket socket = new Socket(tracker.getHost(), tracker.getPort())) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    /** The time within which 99 of 100 were answered. */
    static Duration percentile99(URI tracker, List<String> infoHashes, int rate, Duration duration)
            throws IOException, InterruptedException {
        int requests = Math.toIntExact(rate * duration.toSeconds());
        long started = System.nanoTime() + Duration.ofMillis(200).toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<long[]>> shares = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread;
                shares.add(() -> share(tracker, infoHashes, first, requests, started, rate));
            }
            long[] all = new long[0];
            for (Future<long[]> share : threads.invokeAll(shares)) {
                long[] nanos = share.get();
                int end = all.length;
                all = Arrays.copyOf(all, end + nanos.length);
                System.arraycopy(nanos, 0, all, end, nanos.length);
            }
            Arrays.sort(all);
            return Duration.ofNanos(all[(int) (all.length * 0.99)]);
        } catch (ExecutionException e) {
            throw new IOException("an announce failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static long[] share(URI tracker, List<String> infoHashes, int first, int requests, long started, int rate)
            throws IOException {
        List<Long> nanos = new ArrayList<>();
        for (int i = first; i < requests; i += THREADS) {
            long due = started + (long) (i * 1e9 / rate);
            long early = due - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            announce(tracker, InfoHash.fromHex(infoHashes.get(i % infoHashes.size())), i);
            nanos.add(System.nanoTime() - due);
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    private static void announce(URI tracker, InfoHash infoHash, int number) throws IOException {
        PeerId id = PeerId.of(String.format("-WK0001-%012d", number % 10_000).getBytes(StandardCharsets.US_ASCII));
        AnnounceRequest request =
                new AnnounceRequest(infoHash, id, 1024 + number % 60_000, 0, 0, number % 2, AnnounceEvent.NONE, 50);
        byte[] bytes = ("GET /announce?" + AnnounceCodec.toQuery(request) + " HTTP/1.1\r\nHost: "
                        + tracker.getAuthority() + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(tracker.getHost(), tracker.getPort()), TIMEOUT_MILLIS);
            socket.getOutputStream().write(bytes);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!answer.startsWith("HTTP/1.1 200") || answer.contains("failure reason")) {
                throw new IOException("an announce was answered with " + answer);
            }
        }
    }
}
