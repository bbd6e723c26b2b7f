package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final BufferPool pool = new BufferPool(8 * BufferPool.BUFFER_BYTES, freed::incrementAndGet);

    private List<SharedBuffer> takeAll(BufferPool.Account account) {
        List<SharedBuffer> taken = new ArrayList<>();
        for (SharedBuffer buffer = pool.take(account); buffer != null; buffer = pool.take(account)) {
            taken.add(buffer);
        }
        return taken;
    }

    @Test
    void whoeverTakesAllHeCanLeavesSomeForTheNext() {
        assertThat(takeAll(new BufferPool.Account())).hasSize(4);
        assertThat(takeAll(new BufferPool.Account())).hasSize(2);
        assertThat(takeAll(new BufferPool.Account())).hasSize(1);
    }

    @Test
    void aBufferComesBackWhenTheLastHolderLetsGoAndWhoeverWaitsIsTold() {
        BufferPool.Account account = new BufferPool.Account();
        List<SharedBuffer> taken = takeAll(account);
        SharedBuffer shared = taken.get(0).hold();
        shared.letGo();
        assertThat(freed).hasValue(0);
        shared.letGo();
        assertThat(freed).hasValue(1);
        assertThat(pool.take(account)).isSameAs(shared);
    }
}
