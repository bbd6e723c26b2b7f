package dev.piecewise.peer.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Received bytes that several tasks read; goes back to its pool when the last of them lets go. */
final class SharedBuffer {
    private final BufferPool pool;
    private final ByteBuffer bytes;
    private final AtomicInteger holders = new AtomicInteger();
    private BufferPool.Account account = new BufferPool.Account();

    SharedBuffer(BufferPool pool, ByteBuffer bytes) {
        this.pool = pool;
        this.bytes = bytes;
    }

    void begin(BufferPool.Account newAccount) {
        account = newAccount;
        bytes.clear();
        holders.set(1);
    }

    /** For its one writer; readers take {@link #slice}. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Whether only the caller holds it. */
    boolean isSole() {
        return holders.get() == 1;
    }

    SharedBuffer hold() {
        holders.incrementAndGet();
        return this;
    }

    ByteBuffer slice(int from, int length) {
        return bytes.slice(from, length);
    }

    void letGo() {
        if (holders.decrementAndGet() == 0) {
            pool.giveBack(this, account);
        }
    }
}
