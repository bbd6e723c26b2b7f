package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.Unpacking;
import dev.piecewise.seeder.cluster.Worker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets other processes of this machine, with the same user, fetch through the owner of a data directory. An asker that
 * goes away interrupts its fetch.
 */
final class LocalServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

    private final SocketPath path;
    private final ServerSocketChannel server;
    private final Participant participant;
    private final Fetcher fetcher;
    private final AtomicInteger count = new AtomicInteger();
    private final Worker acceptor;

    @GuardedBy("this")
    private final Map<SocketChannel, Worker> connections = new HashMap<>();

    @GuardedBy("this")
    private boolean closing;

    private LocalServer(SocketPath path, ServerSocketChannel server, Participant participant, Fetcher fetcher) {
        this.path = path;
        this.server = server;
        this.participant = participant;
        this.fetcher = fetcher;
        this.acceptor = participant.worker("local-accept", this::accept);
    }

    /**
     * Listens in a data directory that this process owns.
     *
     * @throws ProcessFault if the socket cannot be made
     */
    static LocalServer start(Path data, Participant participant, Fetcher fetcher) {
        SocketPath path = new SocketPath(data);
        try {
            Path socket = path.create();
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(socket));
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
                return new LocalServer(path, server, participant, fetcher);
            } catch (IOException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot listen on a socket in the data directory " + data + ": " + e.getMessage()
                            + "; choose a --data on a local file system",
                    e);
        }
    }

    private void accept() throws InterruptedException {
        while (true) {
            try {
                open(server.accept());
            } catch (ClosedChannelException e) {
                throw new InterruptedException();
            } catch (IOException e) {
                LOG.debug("a local connection failed: {}", e.getMessage());
            }
        }
    }

    private synchronized void open(SocketChannel channel) throws IOException {
        if (closing) {
            channel.close();
            return;
        }
        connections.put(channel, participant.worker("local-" + count.incrementAndGet(), () -> serve(channel)));
    }

    /** Reads the request, then waits for the asker to go away while another thread works on it. */
    private void serve(SocketChannel channel) throws InterruptedException {
        try (channel) {
            LocalLines lines = new LocalLines(channel);
            LocalMessage first = lines.receive().orElse(null);
            Asker asker = new Asker();
            Worker work;
            if (first instanceof LocalMessage.Look look) {
                work = participant.worker(
                        Thread.currentThread().getName() + "-cache", () -> look(look.call(), channel, lines));
            } else if (first instanceof LocalMessage.Fetch fetch) {
                Ask ask = fetch.ask();
                work = participant.worker(
                        Thread.currentThread().getName() + "-fetch", () -> fetch(ask, channel, lines, asker));
            } else {
                if (first instanceof LocalMessage.UnpackedSoFar unpacked) {
                    follow(unpacked, lines);
                }
                return;
            }
            try {
                LocalMessage more = lines.receive().orElse(null);
                while (more instanceof LocalMessage.Agreed) {
                    asker.agrees();
                    more = lines.receive().orElse(null);
                }
                if (more instanceof LocalMessage.Published) {
                    asker.hasPublished();
                } else {
                    LOG.debug("the asker is gone");
                }
            } finally {
                work.close();
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("a local connection ended: {}", e.getMessage());
        } finally {
            synchronized (this) {
                connections.remove(channel);
            }
        }
    }

    /** Until whoever unpacks goes away. */
    private void follow(LocalMessage.UnpackedSoFar first, LocalLines lines) throws IOException {
        try (Unpacking unpacking = participant.unpacking(first.name(), first.totalBytes())) {
            Optional<LocalMessage> next = lines.receive();
            while (next.isPresent()) {
                if (next.get() instanceof LocalMessage.UnpackedSoFar now) {
                    unpacking.progress(now.bytes());
                }
                next = lines.receive();
            }
        }
    }

    /** Somebody for whom something is fetched, and who then publishes it. */
    private static final class Asker {
        private final Semaphore agreements = new Semaphore(0);
        private final CountDownLatch published = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

        void agrees() {
            agreements.release();
        }

        /** Waits for the next one. */
        void awaitAgreement() throws InterruptedException {
            agreements.acquire();
        }

        /** Waits until what follows is over, too. */
        void hasPublished() throws InterruptedException {
            published.countDown();
            over.await();
        }
    }

    private void fetch(Ask ask, SocketChannel channel, LocalLines lines, Asker asker) throws InterruptedException {
        Teller teller = new Teller(lines, asker);
        try {
            boolean unused = fetcher.acquire(ask, teller, acquired -> {
                teller.send(LocalMessage.of(acquired));
                if (acquired instanceof Acquired.Ready) {
                    asker.published.await(); // interrupted if it goes away before
                }
                return true;
            });
        } catch (AskerGone e) {
            LOG.debug("the asker of {} is gone: {}", ask.source(), e.getMessage());
        } finally {
            asker.over.countDown();
            closeQuietly(channel);
        }
    }

    private void look(CacheCall call, SocketChannel channel, LocalLines lines) throws InterruptedException {
        Teller teller = new Teller(lines, new Asker());
        try {
            LocalMessage answer;
            try {
                answer = new LocalMessage.Report(CacheKeeper.of(participant).handle(call, teller));
            } catch (PiecewiseFault fault) {
                answer = LocalMessage.Ended.of(FetchOutcome.of(fault));
            }
            lines.send(answer);
        } catch (IOException | AskerGone e) {
            LOG.debug("who asked to {} is gone: {}", call.action(), e.getMessage());
        } finally {
            closeQuietly(channel);
        }
    }

    private static final class AskerGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AskerGone(IOException cause) {
            super(cause);
        }
    }

    /** Tells the asker, and ends what is done for one that is gone. */
    private record Teller(LocalLines lines, Asker asker) implements AskListener, CacheListener {
        @Override
        public void progress(FetchProgress progress) {
            send(new LocalMessage.Progress(progress));
        }

        @Override
        public void known(ArtifactContent content, List<String> directories) {
            send(new LocalMessage.Known(content, directories));
            try {
                asker.awaitAgreement();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AskerGone(new InterruptedIOException("it went away, or this process ends"));
            }
        }

        @Override
        public void checking(String artifact, long checkedBytes, long totalBytes) {
            send(new LocalMessage.Checking(artifact, checkedBytes, totalBytes));
        }

        @Override
        public void checked(CachedArtifact artifact) {
            send(new LocalMessage.Checked(artifact));
        }

        private void send(LocalMessage message) {
            try {
                lines.send(message);
            } catch (IOException e) {
                throw new AskerGone(e);
            }
        }
    }

    @Override
    public void close() {
        Map<SocketChannel, Worker> open;
        synchronized (this) {
            closing = true;
            open = Map.copyOf(connections);
        }
        try {
            path.remove();
            server.close();
        } catch (IOException e) {
            LOG.debug("the socket could not be removed: {}", e.getMessage());
        }
        acceptor.close();
        List.copyOf(open.keySet()).forEach(LocalServer::closeQuietly);
        open.values().forEach(Worker::close);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a local connection could not be closed: {}", e.getMessage());
        }
    }
}
