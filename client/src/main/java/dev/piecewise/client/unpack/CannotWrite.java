package dev.piecewise.client.unpack;

import java.io.IOException;

/** The place to which an archive is unpacked refuses something: it is full, for example. */
public final class CannotWrite extends IOException {
    private static final long serialVersionUID = 1L;
    private final String entry;
    private final IOException reason;

    CannotWrite(String entry, IOException reason) {
        super(entry + ": " + reason.getMessage(), reason);
        this.entry = entry;
        this.reason = reason;
    }

    /** The same as seen from further above. */
    public CannotWrite within(String directory) {
        return new CannotWrite(entry.isEmpty() ? directory : directory + "/" + entry, reason);
    }

    /** What could not be written, relative to the root; empty for the root. */
    public String entry() {
        return entry;
    }

    /** What the system said. */
    public IOException reason() {
        return reason;
    }
}
