package dev.piecewise.peer.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of direct buffers for received bytes. Whoever already waits for much gets no more than is left for the
 * others, so a slow disk of one torrent does not take the buffers of all. Buffers are made when they are first needed, and the
 * one that was used last is given first, for it is still in the processor's cache. Thread-safe.
 */
final class BufferPool {
    static final int BUFFER_BYTES = 256 * 1024;

    /** Whose received bytes wait; guarded by the pool. */
    static final class Account {
        private int buffers;
    }

    private final int capacity;
    private final Runnable onFreed;
    private final Deque<SharedBuffer> free = new ArrayDeque<>();
    private int made;
    private boolean refused;

    /** @param onFreed told, on any thread, when a buffer came back after one was refused */
    BufferPool(long bytes, Runnable onFreed) {
        this.capacity = Math.max(2, Math.toIntExact(bytes / BUFFER_BYTES));
        this.onFreed = onFreed;
    }

    /** An empty buffer of this account, or null for now. */
    synchronized @Nullable SharedBuffer take(Account account) {
        int left = capacity - made + free.size();
        if (account.buffers > left - 1) {
            refused = true;
            return null;
        }
        SharedBuffer buffer = free.poll();
        if (buffer == null) {
            made++;
            buffer = new SharedBuffer(this, ByteBuffer.allocateDirect(BUFFER_BYTES));
        }
        account.buffers++;
        buffer.begin(account);
        return buffer;
    }

    void giveBack(SharedBuffer buffer, Account account) {
        boolean tell;
        synchronized (this) {
            account.buffers--;
            free.push(buffer);
            tell = refused;
            refused = false;
        }
        if (tell) {
            onFreed.run();
        }
    }
}
