package dev.piecewise.core.fault;

import org.jspecify.annotations.Nullable;

/** Bytes from the network that are not what the protocol allows: costs a connection or an answer. */
public final class PeerFault extends PiecewiseFault {
    private static final long serialVersionUID = 1L;

    public PeerFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public PeerFault(Kind kind, String message, @Nullable Throwable cause) {
        super(kind, message, cause);
    }
}
