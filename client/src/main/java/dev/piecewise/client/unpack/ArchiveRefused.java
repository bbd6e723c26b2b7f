package dev.piecewise.client.unpack;

import dev.piecewise.core.FilePath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The archive is broken, or asks for what must not be done; the message says which entry, for the user. */
public final class ArchiveRefused extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 200;

    ArchiveRefused(String message) {
        this(message, null);
    }

    ArchiveRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** @param why continues a sentence that begins with the entry */
    static ArchiveRefused entry(String name, String why) {
        return new ArchiveRefused("entry '" + shown(name) + "' " + why);
    }

    static String shown(String name) {
        String shown = FilePath.shown(name);
        return shown.length() <= SHOWN ? shown : shown.substring(0, SHOWN) + "...";
    }
}
