package dev.piecewise.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a process that a signal ends from ending before the command said how far it came. */
final class Interruption implements AutoCloseable {
    private static final Duration AT_MOST = Duration.ofSeconds(2);

    private final Lifetime lifetime;
    private final CountDownLatch told = new CountDownLatch(1);

    /** @param lifetime owns it, before anything whose end lets the command go on */
    Interruption(Lifetime lifetime) {
        this.lifetime = lifetime;
    }

    /** The command said all that it has to say. */
    void told() {
        told.countDown();
    }

    @Override
    public void close() {
        try {
            if (lifetime.ending() && !told.await(AT_MOST.toNanos(), TimeUnit.NANOSECONDS)) {
                return; // it does not come so far
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
