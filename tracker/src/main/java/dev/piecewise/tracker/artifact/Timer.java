package dev.piecewise.tracker.artifact;

import java.time.Duration;

/** Runs something once, some time from now, on another thread; not at all after it was stopped. */
@FunctionalInterface
public interface Timer {
    void after(Duration delay, Runnable task);
}
