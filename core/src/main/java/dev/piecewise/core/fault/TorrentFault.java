package dev.piecewise.core.fault;

import org.jspecify.annotations.Nullable;

/** A torrent's own data or storage is wrong or unusable (bad metainfo, full disk): costs that torrent. */
public final class TorrentFault extends PiecewiseFault {
    private static final long serialVersionUID = 1L;

    public TorrentFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public TorrentFault(Kind kind, String message, @Nullable Throwable cause) {
        super(kind, message, cause);
    }
}
