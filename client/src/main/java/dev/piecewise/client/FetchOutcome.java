package dev.piecewise.client;

import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.core.fault.PiecewiseFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a fetch ended. Every case is expected in production, so none of them is an exception. Each but {@link Complete}
 * carries one line for the user: what was tried, on what, what to do; nothing partial is left at the destination then.
 */
public sealed interface FetchOutcome {
    /**
     * Every file is in place and verified.
     *
     * @param path the file, or the directory that holds the files of a prefix or what was unpacked
     * @param files where they are, in torrent order; of an archive that is unpacked only {@code path}
     * @param unpacked what the archive held, if one was to be unpacked
     * @param infoHash hexadecimal; empty for an artifact without bytes, which has no swarm, and if nothing was to be done
     * @param totalBytes sum of the files' sizes; of an archive, its own
     * @param received during this fetch, by the process that fetched; less than the total if some was there already
     */
    record Complete(
            Path path,
            List<Path> files,
            Optional<Unpacked> unpacked,
            String infoHash,
            long totalBytes,
            Received received)
            implements FetchOutcome {
        public Complete {
            files = List.copyOf(files);
        }

        /** Of {@link #received}, from peers. */
        public long bytesFromPeers() {
            return received.fromPeers();
        }

        /** Of {@link #received}, from the origin. */
        public long bytesFromOrigin() {
            return received.fromOrigin();
        }
    }

    /**
     * An archive at its destination, or the archives of a prefix.
     *
     * @param formats how they were packed; each that occurs, once
     * @param entries files, directories and links
     * @param bytes of all files together
     * @param now whether this fetch did it; else it was there already, of this version
     */
    record Unpacked(List<ArchiveFormat> formats, long entries, long bytes, boolean now) {
        public Unpacked {
            formats = List.copyOf(formats);
        }
    }

    /** The origin does not have the object; a retry cannot help. */
    record NotFound(String message) implements FetchOutcome {}

    /** The origin or the tracker refuses it. */
    record Denied(String message) implements FetchOutcome {}

    /** The request itself is wrong, or other content is at the destination; a retry cannot help. */
    record Usage(String message) implements FetchOutcome {}

    /** It did not work; a retry may. Verified pieces stay in the data directory, so a retry resumes. */
    record Failed(String message) implements FetchOutcome {}

    /** No progress for {@code idle}; verified pieces stay in the data directory, so a retry resumes. */
    record Stalled(String message, int piecesHeld, int pieceCount, Duration idle) implements FetchOutcome {}

    /** The outcome that a fault means for whoever asked. */
    static FetchOutcome of(PiecewiseFault fault) {
        String message = String.valueOf(fault.getMessage());
        return switch (fault.kind()) {
            case FAILED -> new Failed(message);
            case USAGE -> new Usage(message);
            case NOT_FOUND -> new NotFound(message);
            case DENIED -> new Denied(message);
            case STALLED -> new Stalled(message, 0, 0, Duration.ZERO);
        };
    }

    /** The process exit code that says the same. */
    default int exitCode() {
        if (this instanceof NotFound) {
            return PiecewiseFault.Kind.NOT_FOUND.exitCode();
        } else if (this instanceof Denied) {
            return PiecewiseFault.Kind.DENIED.exitCode();
        } else if (this instanceof Usage) {
            return PiecewiseFault.Kind.USAGE.exitCode();
        } else if (this instanceof Failed) {
            return PiecewiseFault.Kind.FAILED.exitCode();
        } else if (this instanceof Stalled) {
            return PiecewiseFault.Kind.STALLED.exitCode();
        }
        return 0;
    }
}
