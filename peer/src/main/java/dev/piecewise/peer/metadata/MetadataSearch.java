package dev.piecewise.peer.metadata;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PeerSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for one peer that gives the metadata of a swarm: announces, dials whom the tracker names and takes calls, several peers
 * at a time, each asked for all of it. A peer whose answer is wrong costs its connection, and is asked again much later.
 */
public final class MetadataSearch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataSearch.class);
    private static final int CONNECTIONS = 16;
    private static final int MAX_ADDRESSES = 500;
    private static final int WANTED_PEERS = 50;
    private static final int CONNECT_MILLIS = 5_000;
    /** The size of the payload is not known yet, and 0 would be a seed's. */
    private static final long LEFT_BYTES = 16 * 1024;

    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 6;
    private static final Duration LIAR_RETRY = Duration.ofMinutes(2);
    private static final Duration LONGEST_CONNECTION = Duration.ofMinutes(2);
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final InfoHash infoHash;
    private final PeerSource source;
    private final InetAddress local;
    private final PeerId localId;
    private final LongSupplier nanoTime;
    private final ServerSocket listener;
    private final ExecutorService threads;
    private final Semaphore room = new Semaphore(CONNECTIONS);
    /** And since when. */
    private final Map<Socket, Long> open = new ConcurrentHashMap<>();

    private final Map<InetSocketAddress, Retry> addresses = new HashMap<>();
    private final CompletableFuture<EncodedInfo> found = new CompletableFuture<>();
    private final Thread driver;
    private final CountDownLatch ending = new CountDownLatch(1);

    /** When to dial an address next. */
    private record Retry(long nextNanos, int failures) {}

    /**
     * Begins to look.
     *
     * @param local the address to make and accept connections on; the wildcard address for all
     * @throws ProcessFault if that is no address of this machine
     */
    public MetadataSearch(
            InfoHash infoHash, PeerSource source, InetAddress local, PeerId localId, LongSupplier nanoTime) {
        this.infoHash = infoHash;
        this.source = source;
        this.local = local;
        this.localId = localId;
        this.nanoTime = nanoTime;
        try {
            this.listener = new ServerSocket(0, CONNECTIONS, local);
        } catch (IOException e) {
            throw new ProcessFault(
                    Kind.FAILED, "cannot listen: " + local.getHostAddress() + " (" + e.getMessage() + ")", e);
        }
        String name = "piecewise-metadata-" + listener.getLocalPort();
        this.threads = Executors.newCachedThreadPool(task -> daemon(task, name));
        this.driver = daemon(this::drive, name + "-announce");
        threads.execute(this::accept);
        driver.start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Waits until the metadata is here.
     *
     * @return nothing when the time is over
     * @throws PiecewiseFault if it is nothing that can be used, or this was closed
     */
    public Optional<EncodedInfo> await(Duration patience) throws InterruptedException {
        try {
            return Optional.of(found.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PiecewiseFault fault
                    ? fault
                    : new ProcessFault(Kind.FAILED, "looking for metadata broke: " + e.getCause(), e);
        }
    }

    private void drive() {
        AnnounceEvent event = AnnounceEvent.STARTED;
        long nextNanos = nanoTime.getAsLong();
        int unhelpful = 0;
        try {
            do {
                if (nanoTime.getAsLong() - nextNanos >= 0) {
                    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(unhelpful++, MAX_DOUBLINGS));
                    try {
                        AnnounceResponse response = source.announce(request(event));
                        event = AnnounceEvent.NONE;
                        named(response.peers());
                        if (!response.peers().isEmpty() && wait.compareTo(response.minInterval()) < 0) {
                            wait = response.minInterval();
                        }
                    } catch (PiecewiseFault e) {
                        LOG.debug("announce failed, again in {}: {}", wait, e.getMessage());
                    }
                    nextNanos = nanoTime.getAsLong() + wait.toNanos();
                }
                dialAll();
                closeOld();
            } while (pause());
            if (event == AnnounceEvent.NONE) {
                source.announce(request(AnnounceEvent.STOPPED));
            }
        } catch (PiecewiseFault e) {
            LOG.debug("announce {} failed: {}", AnnounceEvent.STOPPED, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            found.completeExceptionally(e);
        }
    }

    private AnnounceRequest request(AnnounceEvent event) {
        int wanted = event == AnnounceEvent.STOPPED ? 0 : WANTED_PEERS;
        return new AnnounceRequest(infoHash, localId, listener.getLocalPort(), 0, 0, LEFT_BYTES, event, wanted);
    }

    /** @return false at the end */
    private boolean pause() throws InterruptedException {
        return !ending.await(TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void named(List<InetSocketAddress> peers) {
        for (InetSocketAddress peer : peers) {
            if (!peer.isUnresolved() && peer.getPort() > 0 && addresses.size() < MAX_ADDRESSES) {
                addresses.putIfAbsent(peer, new Retry(nanoTime.getAsLong(), 0));
            }
        }
    }

    private synchronized void dialAll() {
        addresses.replaceAll((address, retry) -> {
            if (nanoTime.getAsLong() - retry.nextNanos() < 0 || !room.tryAcquire()) {
                return retry;
            }
            start(() -> dial(address));
            Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(retry.failures(), MAX_DOUBLINGS));
            return new Retry(
                    nanoTime.getAsLong() + wait.plusMillis(CONNECT_MILLIS).toNanos(), retry.failures() + 1);
        });
    }

    private void start(Runnable task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    room.release();
                }
            });
        } catch (RejectedExecutionException e) {
            room.release();
            LOG.debug("closing", e);
        }
    }

    private void dial(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            opened(socket);
            InetAddress remote = address.getAddress();
            if (!local.isAnyLocalAddress()
                    && local.getClass() == remote.getClass()
                    && local.isLoopbackAddress() == remote.isLoopbackAddress()) {
                socket.bind(new InetSocketAddress(local, 0));
            }
            socket.connect(address, CONNECT_MILLIS);
            ask(socket);
        } catch (IOException e) {
            LOG.debug("no metadata from {}: {}", address, e.toString());
        } catch (PeerFault e) {
            LOG.debug("peer {} {}", address, e.getMessage());
            synchronized (this) {
                addresses.put(address, new Retry(nanoTime.getAsLong() + LIAR_RETRY.toNanos(), 0));
            }
        }
    }

    private void accept() {
        while (!isClosed()) {
            try {
                Socket socket = listener.accept();
                if (room.tryAcquire()) {
                    start(() -> answer(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                LOG.debug("no call taken: {}", e.toString());
            }
        }
    }

    private void answer(Socket caller) {
        try (caller) {
            opened(caller);
            ask(caller);
        } catch (IOException | PeerFault e) {
            LOG.debug("no metadata from the caller {}: {}", caller.getRemoteSocketAddress(), e.toString());
        }
    }

    private void opened(Socket socket) throws IOException {
        open.put(socket, nanoTime.getAsLong());
        if (isClosed()) {
            socket.close();
        }
    }

    private void ask(Socket socket) throws IOException {
        new MetadataConnection(socket, infoHash, localId, listener.getLocalPort())
                .fetch()
                .ifPresent(this::found);
    }

    private void found(byte[] metadata) {
        try {
            found.complete(EncodedInfo.parse(metadata));
        } catch (PiecewiseFault e) {
            found.completeExceptionally(e); // its hash is right: no other peer can have a better one
        }
    }

    private void closeOld() {
        long now = nanoTime.getAsLong();
        open.keySet().removeIf(Socket::isClosed);
        open.forEach((socket, since) -> {
            if (now - since > LONGEST_CONNECTION.toNanos()) {
                closeQuietly(socket);
            }
        });
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.debug("closing failed", e);
        }
    }

    private boolean isClosed() {
        return ending.getCount() == 0;
    }

    /** Says goodbye to the tracker, but does not wait for it for long, and leaves no thread. */
    @Override
    public void close() {
        ending.countDown();
        found.completeExceptionally(new ProcessFault(Kind.FAILED, "closed while looking for metadata"));
        closeQuietly(listener);
        threads.shutdown();
        open.keySet().forEach(MetadataSearch::closeQuietly);
        try {
            driver.join(GOODBYE.toMillis());
            driver.interrupt();
            driver.join(GOODBYE.toMillis() / 4);
            if (!threads.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("a peer is still being dialled");
            }
        } catch (InterruptedException e) {
            driver.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
