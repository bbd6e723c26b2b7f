package dev.piecewise.peer.wire;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One network thread: a selector, what it is told to do, and what it does later. Everything registered here is touched by this
 * thread only.
 */
final class NetworkLoop implements AutoCloseable {
    /** Who owns a channel. */
    interface Handler {
        /** The channel can do something; whatever this throws ends the channel by {@link #failed}. */
        void ready(int operations) throws IOException;

        void failed(Throwable reason);
    }

    private record Later(long atNanos, Runnable task) {}

    private static final Logger LOG = LoggerFactory.getLogger(NetworkLoop.class);
    private static final Duration PATIENCE = Duration.ofMillis(700);
    /** A round that brings fewer bytes of blocks costs more than they do. */
    private static final int SMALL_ROUND_BYTES = 64 * 1024;
    /** How soon the next round follows a small one. */
    private static final Duration SMALL_ROUND = Duration.ofMillis(3);

    private final Selector selector;
    private final Thread thread;
    private final LongSupplier nanoTime;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final PriorityQueue<Later> timers =
            new PriorityQueue<>((one, other) -> Long.compare(one.atNanos - other.atNanos, 0));
    private final List<Runnable> beforeSelect = new ArrayList<>();
    private volatile boolean closed;
    private long roundNanos;
    private long blockBytes;

    NetworkLoop(String name, LongSupplier nanoTime) throws IOException {
        this.nanoTime = nanoTime;
        this.selector = Selector.open();
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isInside() {
        return Thread.currentThread() == thread;
    }

    /** Runs the task on this thread soon; from any thread. After closing it is dropped. */
    void execute(Runnable task) {
        tasks.add(task);
        if (!isInside() && woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Runs the task on this thread later; from this thread. */
    void schedule(long delayNanos, Runnable task) {
        timers.add(new Later(nanoTime.getAsLong() + Math.max(0, delayNanos), task));
    }

    /** Runs the task once before this thread waits; from this thread. */
    void beforeWaiting(Runnable task) {
        beforeSelect.add(task);
    }

    /** Bytes of blocks were received; from this thread. */
    void received(int bytes) {
        blockBytes += bytes;
    }

    SelectionKey register(SelectableChannel channel, int operations, Handler handler) throws IOException {
        return channel.register(selector, operations, handler);
    }

    private void run() {
        try {
            while (!closed) {
                runTasks();
                runTimers();
                runBeforeSelect();
                gather();
                if (tasks.isEmpty()) {
                    selector.select(NetworkLoop::dispatch, waitMillis());
                } else {
                    selector.selectNow(NetworkLoop::dispatch);
                }
                roundNanos = nanoTime.getAsLong();
                woken.set(false);
            }
        } catch (IOException e) {
            LOG.error("the network thread {} ends: its selector failed", thread.getName(), e);
        } finally {
            closeAll();
        }
    }

    /** On a slow link blocks come in drops: lets some gather. */
    private void gather() {
        if (blockBytes > 0 && blockBytes < SMALL_ROUND_BYTES) {
            LockSupport.parkNanos(this, roundNanos + SMALL_ROUND.toNanos() - nanoTime.getAsLong());
            runTasks();
            runBeforeSelect();
        }
        blockBytes = 0;
    }

    private void runTasks() {
        int most = tasks.size(); // what they add waits for its turn
        for (Runnable task = tasks.poll(); task != null; task = --most > 0 ? tasks.poll() : null) {
            runSafely(task);
        }
    }

    private void runTimers() {
        long now = nanoTime.getAsLong();
        for (Later next = timers.peek(); next != null && next.atNanos - now <= 0; next = timers.peek()) {
            timers.remove();
            runSafely(next.task);
        }
    }

    private void runBeforeSelect() {
        for (int i = 0; i < beforeSelect.size(); i++) {
            runSafely(beforeSelect.get(i));
        }
        beforeSelect.clear();
    }

    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("the peer network stumbled", e);
        }
    }

    private long waitMillis() {
        Later next = timers.peek();
        if (next == null) {
            return 0; // for ever
        }
        return Math.max(1, (next.atNanos - nanoTime.getAsLong() + 999_999) / 1_000_000);
    }

    private static void dispatch(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            handler.ready(key.readyOps());
        } catch (IOException | RuntimeException e) {
            runSafely(() -> handler.failed(e));
        }
    }

    private void closeAll() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException | CancelledKeyException e) {
            LOG.debug("closing a network thread's channels failed", e);
        }
    }

    /** Closes every channel and ends the thread. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        if (!thread.isAlive() && thread.getState() == Thread.State.NEW) {
            closeAll();
            return;
        }
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs the task on this thread and waits for its end, if the thread runs. */
    void runAndWait(Runnable task, Duration timeout) {
        if (isInside()) {
            task.run();
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        execute(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        try {
            if (!done.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the network thread {} takes long", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
