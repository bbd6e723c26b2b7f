package dev.piecewise.client.request;

import dev.piecewise.client.unpack.Unpack;
import java.nio.file.Path;

/**
 * That an object is an archive, and where what it holds goes.
 *
 * @param directory becomes exactly what the archive holds, and belongs to Piecewise; made absolute
 * @param how by which method, and what is refused
 */
public record UnpackInto(Path directory, Unpack how) {
    public UnpackInto {
        directory = directory.toAbsolutePath().normalize();
    }
}
