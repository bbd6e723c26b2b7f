package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.Glob;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One line of JSON on the socket of a data directory; exactly one field is set. The asker sends {@code ask}; the owner
 * answers any number of {@code known}, each of which the asker answers with {@code agreed} before anything is downloaded, and
 * {@code progress}, and one {@code ready}, {@code unchanged} or {@code ended}. What is
 * ready stays in the store until the asker goes away; if it said {@code published} before, it hears the end of the stream when the owner
 * is done with it, too. Or the asker sends
 * {@code cache}, and the owner answers any number of {@code report}s or {@code ended}. An asker that goes away gives up.
 * Or somebody tells how far an archive is unpacked, by any number of {@code unpacking}; going away is the end of that.
 */
record LocalMessage(
        @Nullable AskLine ask,
        @Nullable KnownLine known,
        @Nullable FetchProgress progress,
        @Nullable ReadyLine ready,
        @Nullable Boolean unchanged,
        @Nullable EndedLine ended,
        @Nullable UnpackingLine unpacking,
        @Nullable CacheCall cache,
        @Nullable ReportLine report,
        @Nullable Boolean published,
        @Nullable Boolean agreed) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** @param pieceBytes 0 means whatever others chose */
    record AskLine(
            String source,
            int pieceBytes,
            @Nullable String profile,
            long stallMillis,
            @Nullable String have,
            @Nullable Boolean verify,
            @Nullable BesideLine beside,
            @Nullable List<String> include,
            @Nullable List<String> exclude,
            @Nullable Boolean cache) {}

    /** A {@link Destination}. */
    record BesideLine(String path, boolean directory) {}

    /** {@link AskListener#known}. */
    record KnownLine(ArtifactContent content, List<String> directories) {}

    /** {@link Acquired.Ready}. */
    record ReadyLine(
            String version,
            KnownLine what,
            List<String> stored,
            String infoHash,
            long bytesFromPeers,
            long bytesFromOrigin) {}

    /** Exactly one is set; only the answer is the last of its kind. */
    record ReportLine(@Nullable CacheReport answer, @Nullable CachedArtifact checked, @Nullable CheckingLine checking) {
        void tell(CacheListener listener) {
            if (checked != null) {
                listener.checked(checked);
            } else if (checking != null) {
                listener.checking(checking.artifact(), checking.checkedBytes(), checking.totalBytes());
            }
        }
    }

    /** {@link CacheListener#checking}. */
    record CheckingLine(String artifact, long checkedBytes, long totalBytes) {}

    /** An outcome other than complete. */
    record EndedLine(Kind kind, String message, int piecesHeld, int pieceCount, long idleMillis) {}

    /** Of the archive's bytes, how many are unpacked. */
    record UnpackingLine(String name, long bytes, long totalBytes) {}

    static LocalMessage of(UnpackingLine line) {
        return new LocalMessage(null, null, null, null, null, null, line, null, null, null, null);
    }

    static LocalMessage of(Ask ask) {
        AskLine line = new AskLine(
                ask.source().text(),
                ask.pieceLength().map(PieceLength::bytes).orElse(0),
                ask.profile().orElse(null),
                ask.stallTimeout().toMillis(),
                ask.have().orElse(null),
                ask.verify(),
                ask.beside()
                        .map(to -> new BesideLine(to.path().toString(), to.directory()))
                        .orElse(null),
                ask.selection().include().stream().map(Glob::toString).toList(),
                ask.selection().exclude().stream().map(Glob::toString).toList(),
                ask.cache());
        return new LocalMessage(line, null, null, null, null, null, null, null, null, null, null);
    }

    static LocalMessage of(ArtifactContent content, List<String> directories) {
        return new LocalMessage(
                null, new KnownLine(content, directories), null, null, null, null, null, null, null, null, null);
    }

    static LocalMessage of(FetchProgress progress) {
        return new LocalMessage(null, null, progress, null, null, null, null, null, null, null, null);
    }

    static LocalMessage of(Acquired acquired) {
        if (acquired instanceof Acquired.Ready done) {
            List<String> stored = done.stored().stream().map(Path::toString).toList();
            KnownLine what = new KnownLine(done.content(), done.directories());
            return new LocalMessage(
                    null,
                    null,
                    null,
                    new ReadyLine(
                            done.version(),
                            what,
                            stored,
                            done.infoHash(),
                            done.bytesFromPeers(),
                            done.bytesFromOrigin()),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        } else if (acquired instanceof Acquired.Unchanged) {
            return new LocalMessage(null, null, null, null, true, null, null, null, null, null, null);
        }
        return ended(((Acquired.Ended) acquired).outcome());
    }

    /** An ask, or a call on the cache, that did not succeed. */
    static LocalMessage ended(FetchOutcome outcome) {
        return new LocalMessage(null, null, null, null, null, line(outcome), null, null, null, null, null);
    }

    /** The asker has put what was ready in its place. */
    static LocalMessage agreement() {
        return new LocalMessage(null, null, null, null, null, null, null, null, null, null, true);
    }

    static LocalMessage done() {
        return new LocalMessage(null, null, null, null, null, null, null, null, null, true, null);
    }

    static LocalMessage of(CacheCall call) {
        return new LocalMessage(null, null, null, null, null, null, null, call, null, null, null);
    }

    static LocalMessage of(CacheReport answer) {
        return of(new ReportLine(answer, null, null));
    }

    static LocalMessage of(CachedArtifact checked) {
        return of(new ReportLine(null, checked, null));
    }

    static LocalMessage of(CheckingLine checking) {
        return of(new ReportLine(null, null, checking));
    }

    private static LocalMessage of(ReportLine line) {
        return new LocalMessage(null, null, null, null, null, null, null, null, line, null, null);
    }

    private static EndedLine line(FetchOutcome outcome) {
        if (outcome instanceof FetchOutcome.Stalled stalled) {
            return new EndedLine(
                    Kind.STALLED,
                    stalled.message(),
                    stalled.piecesHeld(),
                    stalled.pieceCount(),
                    stalled.idle().toMillis());
        } else if (outcome instanceof FetchOutcome.NotFound notFound) {
            return new EndedLine(Kind.NOT_FOUND, notFound.message(), 0, 0, 0);
        } else if (outcome instanceof FetchOutcome.Denied denied) {
            return new EndedLine(Kind.DENIED, denied.message(), 0, 0, 0);
        } else if (outcome instanceof FetchOutcome.Usage usage) {
            return new EndedLine(Kind.USAGE, usage.message(), 0, 0, 0);
        } else if (outcome instanceof FetchOutcome.Failed failed) {
            return new EndedLine(Kind.FAILED, failed.message(), 0, 0, 0);
        }
        throw new IllegalArgumentException("not an end without success: " + outcome);
    }

    Optional<Ask> asAsk() {
        return Optional.ofNullable(ask)
                .map(line -> new Ask(
                        FetchSource.parse(line.source()),
                        line.pieceBytes() == 0 ? Optional.empty() : Optional.of(new PieceLength(line.pieceBytes())),
                        Optional.ofNullable(line.profile()),
                        Duration.ofMillis(line.stallMillis()),
                        Optional.ofNullable(line.have()),
                        Boolean.TRUE.equals(line.verify()),
                        Optional.ofNullable(line.beside())
                                .map(to -> new Destination(Path.of(to.path()), to.directory())),
                        Selection.parse(orNone(line.include()), orNone(line.exclude())),
                        !Boolean.FALSE.equals(line.cache())));
    }

    private static List<String> orNone(@Nullable List<String> patterns) {
        return patterns == null ? List.of() : patterns;
    }

    Optional<Acquired> asAcquired() {
        ReadyLine done = ready;
        EndedLine end = ended;
        if (done != null) {
            return Optional.of(new Acquired.Ready(
                    done.version(),
                    done.what().content(),
                    done.what().directories(),
                    done.stored().stream().map(Path::of).toList(),
                    done.infoHash(),
                    done.bytesFromPeers(),
                    done.bytesFromOrigin()));
        } else if (unchanged != null) {
            return Optional.of(new Acquired.Unchanged());
        } else if (end != null) {
            return Optional.of(new Acquired.Ended(outcome(end)));
        }
        return Optional.empty();
    }

    private static FetchOutcome outcome(EndedLine end) {
        return switch (end.kind()) {
            case FAILED -> new FetchOutcome.Failed(end.message());
            case USAGE -> new FetchOutcome.Usage(end.message());
            case NOT_FOUND -> new FetchOutcome.NotFound(end.message());
            case DENIED -> new FetchOutcome.Denied(end.message());
            case STALLED ->
                new FetchOutcome.Stalled(
                        end.message(), end.piecesHeld(), end.pieceCount(), Duration.ofMillis(end.idleMillis()));
        };
    }

    /** Both directions of a connection. Not thread-safe, but one may read while another writes. */
    static final class Lines {
        private final SocketChannel channel;
        private final BufferedReader in;

        Lines(SocketChannel channel) {
            this.channel = channel;
            in = new BufferedReader(new InputStreamReader(new ChannelInput(channel), StandardCharsets.UTF_8));
        }

        void send(LocalMessage message) throws IOException {
            ByteBuffer line = StandardCharsets.UTF_8.encode(MAPPER.writeValueAsString(message) + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }

        /** The next message; nothing at the end of the stream. */
        Optional<LocalMessage> receive() throws IOException {
            String line = in.readLine();
            if (line == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(MAPPER.readValue(line, LocalMessage.class));
            } catch (JacksonException e) {
                throw new IOException("not a message: " + e.getOriginalMessage(), e);
            }
        }
    }

    /**
     * Reads a blocking channel without a lock: the streams of {@link java.nio.channels.Channels} share one on Java 17, so that
     * a write would wait for a read that waits for the other side.
     */
    private static final class ChannelInput extends InputStream {
        private final SocketChannel channel;

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(into, offset, length));
        }
    }
}
