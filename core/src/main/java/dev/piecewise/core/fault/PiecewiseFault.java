package dev.piecewise.core.fault;

import org.jspecify.annotations.Nullable;

/**
 * Something that failed and that a user is told about: the message says what was tried, on what, with which numbers,
 * and what to do next, in one line. Expected outcomes are sealed results, not faults.
 */
public abstract sealed class PiecewiseFault extends RuntimeException
        permits OriginFault, PeerFault, TorrentFault, ProcessFault {
    private static final long serialVersionUID = 1L;

    /** What a fault means for whoever asked; each kind has one exit code on the command line. */
    public enum Kind {
        /** It was tried and did not work; a retry may. */
        FAILED(1),
        /** The request itself is wrong; a retry cannot help. */
        USAGE(2),
        /** What was asked for does not exist. */
        NOT_FOUND(3),
        /** It exists, or may exist, but this caller must not have it. */
        DENIED(4),
        /** Nothing moved for longer than the caller was willing to wait. */
        STALLED(5);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The process exit code of this kind. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;

    PiecewiseFault(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What this fault means for whoever asked. */
    public Kind kind() {
        return kind;
    }
}
