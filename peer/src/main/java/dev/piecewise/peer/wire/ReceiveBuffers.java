package dev.piecewise.peer.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one network thread receives into. Of that thread. */
final class ReceiveBuffers {
    private static final int SCRATCH_BYTES = 64 * 1024;
    /** With less room left another buffer is begun. */
    private static final int LEAST_ROOM_BYTES = 64 * 1024;

    private final BufferPool pool;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    private List<Runnable> starved = new ArrayList<>();
    private @Nullable SharedBuffer current;
    private BufferPool.@Nullable Account owner;

    ReceiveBuffers(BufferPool pool) {
        this.pool = pool;
    }

    /** For what need not be kept. */
    ByteBuffer scratch() {
        return scratch.clear();
    }

    /** A buffer of this account with room, or null for now. */
    @Nullable
    SharedBuffer take(BufferPool.Account account) {
        SharedBuffer mine = current;
        if (mine != null && owner == account && mine.isSole()) {
            mine.bytes().clear();
        }
        if (mine == null || owner != account || mine.bytes().remaining() < LEAST_ROOM_BYTES) {
            if (mine != null) {
                mine.letGo();
            }
            mine = pool.take(account);
            current = mine;
            owner = account;
        }
        return mine;
    }

    /** Runs when there may be buffers again. */
    void whenFreed(Runnable task) {
        starved.add(task);
    }

    void freed() {
        List<Runnable> waiting = starved;
        starved = new ArrayList<>();
        waiting.forEach(Runnable::run);
    }
}
