package dev.piecewise.client;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Unpacking;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The other process of this machine that owns a data directory, as one that asks it. */
final class LocalOwner {
    private static final Logger LOG = LoggerFactory.getLogger(LocalOwner.class);

    private final SocketPath path;

    LocalOwner(Path data) {
        this.path = new SocketPath(data);
    }

    /** It ended, or never was, or does not serve. */
    static final class Gone extends Exception {
        private static final long serialVersionUID = 1L;

        Gone(String message, Exception cause) {
            super(message, cause);
        }

        Gone(String message) {
            super(message);
        }
    }

    /** Whether a process listens there. */
    boolean isThere() {
        try (SocketChannel channel = connect()) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path.find()));
    }

    /** Tells it how far an archive is unpacked; what it does not hear is lost. */
    Unpacking unpacking(String name, long totalBytes) {
        try {
            SocketChannel channel = connect();
            Told told = new Told(channel, name, totalBytes);
            told.progress(0);
            return told;
        } catch (IOException e) {
            LOG.debug("the owner of the data directory is not told of {}: {}", name, e.getMessage());
            return new Told(null, name, totalBytes);
        }
    }

    /** @param channel none if it cannot be reached */
    private record Told(@Nullable SocketChannel channel, String name, long totalBytes) implements Unpacking {
        @Override
        public void progress(long bytes) {
            if (channel != null && channel.isOpen()) {
                try {
                    new LocalLines(channel).send(new LocalMessage.UnpackedSoFar(name, bytes, totalBytes));
                } catch (IOException e) {
                    close();
                }
            }
        }

        @Override
        public void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                LOG.debug("a local connection could not be closed: {}", e.getMessage());
            }
        }
    }

    /**
     * Lets it fetch; blocks until it answers, and then until {@code use} is over.
     *
     * @throws Gone if it ends before {@code use} begins: what it has is in the data directory
     */
    <T> T acquire(Ask ask, AskListener listener, Fetcher.Use<T> use) throws Gone, InterruptedException {
        try (Conversation talk = new Conversation()) {
            Acquired acquired = talk.ask(LocalMessage.Fetch.of(ask), message -> {
                if (message instanceof LocalMessage.Known known) {
                    listener.known(known.content(), known.directories());
                } else if (message instanceof LocalMessage.Progress now) {
                    listener.progress(now.progress());
                }
                return message.acquired();
            });
            T used = use.of(acquired);
            if (acquired instanceof Acquired.Ready) {
                talk.published();
            }
            return used;
        }
    }

    /**
     * Lets it look after what it stores; blocks until it answers.
     *
     * @param listener of a verification
     * @throws Gone if it ends before
     * @throws ProcessFault if that did not work
     */
    CacheReport call(CacheCall call, CacheListener listener) throws Gone, InterruptedException {
        try (Conversation talk = new Conversation()) {
            return talk.ask(new LocalMessage.Look(call), message -> answer(message, listener));
        }
    }

    private static Optional<CacheReport> answer(LocalMessage message, CacheListener listener) {
        if (message instanceof LocalMessage.Ended ended) {
            throw new ProcessFault(ended.kind(), ended.message());
        } else if (message instanceof LocalMessage.Checked checked) {
            listener.checked(checked.artifact());
        } else if (message instanceof LocalMessage.Checking checking) {
            listener.checking(checking.artifact(), checking.checkedBytes(), checking.totalBytes());
        } else if (message instanceof LocalMessage.Report answer) {
            return Optional.of(answer.report());
        }
        return Optional.empty();
    }

    /** One question and its answer. */
    private final class Conversation implements AutoCloseable {
        private @Nullable SocketChannel channel;
        private @Nullable LocalLines lines;

        <T> T ask(LocalMessage question, Function<LocalMessage, Optional<T>> answer) throws Gone, InterruptedException {
            try {
                SocketChannel connected = connect();
                channel = connected;
                LocalLines opened = new LocalLines(connected);
                lines = opened;
                opened.send(question);
                while (true) {
                    LocalMessage message =
                            opened.receive().orElseThrow(() -> new Gone("the owner of the data directory ended"));
                    Optional<T> done = answer.apply(message);
                    if (done.isPresent()) {
                        return done.get();
                    }
                    if (message instanceof LocalMessage.Known) {
                        opened.send(new LocalMessage.Agreed());
                    }
                }
            } catch (ClosedByInterruptException e) {
                Thread.interrupted();
                throw new InterruptedException();
            } catch (IOException e) {
                throw new Gone(String.valueOf(e.getMessage()), e);
            } catch (IllegalArgumentException e) {
                throw new ProcessFault(
                        Kind.FAILED,
                        "the process that owns the data directory answers nonsense; is it another version? "
                                + e.getMessage(),
                        e);
            }
        }

        /** Says so, and waits until the owner has done what follows from it. */
        void published() {
            LocalLines open = lines;
            if (open == null) {
                return;
            }
            try {
                open.send(new LocalMessage.Published());
                while (open.receive().isPresent()) {
                    LOG.debug("the owner says more than was asked");
                }
            } catch (IOException e) {
                LOG.debug("the owner is gone after it answered: {}", e.getMessage());
            }
        }

        @Override
        public void close() {
            SocketChannel open = channel;
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                LOG.debug("a local connection could not be closed: {}", e.getMessage());
            }
        }
    }
}
