package dev.piecewise.bench.tracker;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.announce.ScrapeCodec;
import dev.piecewise.core.announce.ScrapeResponse;
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
    private static final int PEERS = 10_000;
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

    /** How many peers the tracker counts in these swarms. */
    static int peers(URI tracker, List<String> infoHashes) throws IOException {
        int peers = 0;
        for (String infoHash : infoHashes) {
            String answer = get(tracker, "/scrape?" + ScrapeCodec.toQuery(List.of(InfoHash.fromHex(infoHash))));
            byte[] body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
            for (ScrapeResponse.Counts counts :
                    ScrapeCodec.decode(body).swarms().values()) {
                peers += counts.complete() + counts.incomplete();
            }
        }
        return peers;
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
            announce(tracker, infoHashes, i % PEERS);
            nanos.add(System.nanoTime() - due);
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    /** The same peers as those of {@code announce.lua}. */
    private static void announce(URI tracker, List<String> infoHashes, int peer) throws IOException {
        AnnounceRequest request = new AnnounceRequest(
                InfoHash.fromHex(infoHashes.get(peer % infoHashes.size())),
                PeerId.of(String.format("-WK0001-%012d", peer).getBytes(StandardCharsets.US_ASCII)),
                1024 + peer,
                0,
                0,
                peer / infoHashes.size() % 2,
                AnnounceEvent.NONE,
                50);
        String answer = get(tracker, "/announce?" + AnnounceCodec.toQuery(request));
        if (!answer.startsWith("HTTP/1.1 200") || answer.contains("failure reason")) {
            throw new IOException("an announce was answered with " + answer);
        }
    }

    /** The whole answer, of a connection of its own, a byte a character. */
    private static String get(URI tracker, String path) throws IOException {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: " + tracker.getAuthority()
                        + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(tracker.getHost(), tracker.getPort()), TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
