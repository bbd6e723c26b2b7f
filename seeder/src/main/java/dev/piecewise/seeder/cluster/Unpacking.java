package dev.piecewise.seeder.cluster;

/** An archive that is being unpacked, of which the tracker is told until this is closed. Thread-safe. */
public interface Unpacking extends AutoCloseable {
    /** How many of the archive's bytes are unpacked. */
    void progress(long bytes);

    @Override
    void close();
}
