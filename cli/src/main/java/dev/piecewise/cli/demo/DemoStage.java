package dev.piecewise.cli.demo;

import dev.piecewise.cli.progress.ProgressLines;
import java.io.PrintStream;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Where a demo runs and shows itself.
 *
 * @param owner told of everything that is to be closed at the end, in reverse order
 * @param out for results
 * @param err for progress and for what the processes complain of
 * @param style of the progress
 * @param nanoTime a clock as {@link System#nanoTime}
 */
public record DemoStage(
        Consumer<AutoCloseable> owner,
        PrintStream out,
        PrintStream err,
        ProgressLines.Style style,
        LongSupplier nanoTime) {
    ProgressLines progress(int nodes) {
        return new ProgressLines(err, style, nodes, nanoTime);
    }
}
