package dev.piecewise.cli.progress;

import dev.piecewise.core.ByteSize;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Live progress: lines that are redrawn in a terminal, and elsewhere printed again every few seconds. Not thread-safe.
 */
public final class ProgressLines {
    private static final Duration REDRAW = Duration.ofMillis(150);
    private static final Duration REPRINT = Duration.ofSeconds(5);
    private static final int BAR = 24;

    /** Where and how the lines appear. */
    public enum Style {
        /** Redrawn in place. */
        TERMINAL,
        /** Printed anew every five seconds. */
        LINES,
        /** Not at all. */
        NONE
    }

    private final PrintStream out;
    private final Style style;
    private final LongSupplier nanoTime;
    private final int least;
    private long nextNanos;
    private int drawn;

    /**
     * @param least so many lines are always drawn
     * @param nanoTime a clock as {@link System#nanoTime}
     */
    public ProgressLines(PrintStream out, Style style, int least, LongSupplier nanoTime) {
        this.out = out;
        this.style = style;
        this.nanoTime = nanoTime;
        this.least = least;
        this.nextNanos = nanoTime.getAsLong() + (style == Style.LINES ? REPRINT.toNanos() : 0);
    }

    /** Shows these lines, unless the last time was a moment ago. */
    public void show(List<String> texts) {
        show(() -> texts);
    }

    /** The same; the lines are only made if they are shown. */
    public void show(Supplier<List<String>> texts) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos >= 0) {
            nextNanos = now + (style == Style.TERMINAL ? REDRAW : REPRINT).toNanos();
            draw(texts.get());
        }
    }

    /** Shows these lines for good. */
    public void finish(List<String> texts) {
        draw(texts);
        drawn = 0;
    }

    /** Takes the lines off a terminal again. */
    public void clear() {
        if (style == Style.TERMINAL && drawn > 0) {
            out.print("\033[" + drawn + "A\033[J");
            out.flush();
            drawn = 0;
        }
    }

    private void draw(List<String> texts) {
        if (style == Style.NONE) {
            return;
        }
        StringBuilder text = new StringBuilder();
        boolean terminal = style == Style.TERMINAL;
        if (terminal) {
            text.append(Screen.NO_WRAP);
        }
        if (terminal && drawn > 0) {
            text.append("\033[").append(drawn).append('A');
        }
        int count = Math.max(least, texts.size());
        for (int i = 0; i < count; i++) {
            text.append(terminal ? "\r\033[K" : "")
                    .append(i < texts.size() ? texts.get(i) : "")
                    .append('\n');
        }
        if (terminal) {
            text.append(drawn > count ? "\033[J" : "").append(Screen.WRAP);
        }
        out.print(text);
        out.flush();
        drawn = count;
    }

    /** For example {@code [########........] 50%  256 MiB of 512 MiB}. */
    public static String bar(long done, long total) {
        int filled = total <= 0 ? BAR : (int) (Math.min(done, total) * (double) BAR / total);
        int percent = total <= 0 ? 100 : (int) (Math.min(done, total) * 100.0 / total);
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] "
                + " ".repeat(percent < 10 ? 2 : percent < 100 ? 1 : 0) + percent + "%  " + ByteSize.format(done)
                + " of " + ByteSize.format(total);
    }
}
