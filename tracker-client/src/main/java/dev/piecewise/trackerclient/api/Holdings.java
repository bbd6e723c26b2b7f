package dev.piecewise.trackerclient.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pieces of an artifact a node holds, first as a whole, then as changes; part of a {@link HoldingsReport}.
 *
 * @param bitfield base64 of a BEP 3 bitfield (high bit of the first byte = piece 0) that replaces all; {@code null} when
 *     only changes follow
 * @param added pieces held now
 * @param dropped pieces no longer held
 * @param transfer how the node got on, if it says so
 */
public record Holdings(
        @Nullable String bitfield, List<Integer> added, List<Integer> dropped, @Nullable TransferReport transfer) {
    /** Without a word on the transfer. */
    public Holdings(@Nullable String bitfield, List<Integer> added, List<Integer> dropped) {
        this(bitfield, added, dropped, null);
    }
}
