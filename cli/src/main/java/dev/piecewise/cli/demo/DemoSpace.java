package dev.piecewise.cli.demo;

import dev.piecewise.core.ByteSize;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks before a demo whether the disk can take it. */
final class DemoSpace {
    private static final long SPARE_BYTES = 64L << 20;

    private DemoSpace() {}

    /**
     * @param copies how many times the bytes will lie there
     * @param otherwise what the user can do about it
     * @throws ProcessFault if they have no room
     */
    static void check(Path directory, long bytes, long copies, String otherwise) {
        long neededBytes = Math.addExact(Math.multiplyExact(bytes, copies), SPARE_BYTES);
        try {
            long freeBytes = Files.getFileStore(directory).getUsableSpace();
            if (freeBytes < neededBytes) {
                throw new ProcessFault(
                        Kind.FAILED,
                        "the demo needs " + ByteSize.format(neededBytes) + " in " + directory + ", where "
                                + ByteSize.format(freeBytes) + " are free; " + otherwise);
            }
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot use " + directory + "; set TMPDIR", e);
        }
    }
}
