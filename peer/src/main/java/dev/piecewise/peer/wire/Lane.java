package dev.piecewise.peer.wire;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One torrent's share of the workers: all of them but one, so that a disk that hangs does not hold up the torrents on others.
 * Thread-safe.
 */
final class Lane {
    private final Workers workers;
    private final int most;
    private final Queue<Workers.Task> waiting = new ArrayDeque<>();
    private int running;

    Lane(Workers workers, int most) {
        this.workers = workers;
        this.most = most;
    }

    void execute(Workers.Task task) {
        synchronized (this) {
            if (running == most) {
                waiting.add(task);
                return;
            }
            running++;
        }
        start(task);
    }

    private void start(Workers.Task task) {
        workers.execute(bench -> {
            try {
                task.run(bench);
            } finally {
                ended();
            }
        });
    }

    private void ended() {
        Workers.Task next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
                return;
            }
        }
        start(next);
    }
}
