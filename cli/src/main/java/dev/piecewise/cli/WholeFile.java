package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes small files that appear complete or not at all: to a temporary name beside them, then renamed. */
final class WholeFile {
    private WholeFile() {}

    /** Fails now, and not after a long read, if {@code file} can certainly not be written. */
    static void checkWritable(Path file) {
        Path directory = directory(file);
        if (Files.isDirectory(file)) {
            throw new ProcessFault(Kind.USAGE, file + " is a directory; name the file to write");
        }
        if (!Files.isDirectory(directory)) {
            throw new ProcessFault(Kind.FAILED, "cannot write " + file + ": there is no directory " + directory);
        }
        if (!Files.isWritable(directory)) {
            throw new ProcessFault(
                    Kind.FAILED, "cannot write " + file + ": the directory " + directory + " is not writable");
        }
    }

    static void write(Path file, byte[] content) {
        Path aside = directory(file).resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(aside, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            ProcessFault fault = new ProcessFault(
                    Kind.FAILED, "cannot write " + file + ": " + e.getMessage() + "; check space and permissions", e);
            remove(aside, fault);
            throw fault;
        }
    }

    private static void remove(Path aside, ProcessFault fault) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            fault.addSuppressed(e);
        }
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
