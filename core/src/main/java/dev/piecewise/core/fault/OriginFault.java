package dev.piecewise.core.fault;

import org.jspecify.annotations.Nullable;

/** The origin (S3, ...) refused, lacks or broke something: costs an artifact or a lease. */
public final class OriginFault extends PiecewiseFault {
    private static final long serialVersionUID = 1L;

    public OriginFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public OriginFault(Kind kind, String message, @Nullable Throwable cause) {
        super(kind, message, cause);
    }
}
