package dev.piecewise.core.fault;

import org.jspecify.annotations.Nullable;

/** The process cannot start or go on (port in use, data directory in use, tracker unreachable). */
public final class ProcessFault extends PiecewiseFault {
    private static final long serialVersionUID = 1L;

    public ProcessFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public ProcessFault(Kind kind, String message, @Nullable Throwable cause) {
        super(kind, message, cause);
    }
}
