package dev.piecewise.cli.progress;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Blocks of lines, each the newest state of the same things: in a terminal each takes the place of the former. */
public final class Screen {
    private static final String HOME = "\033[H";
    private static final String ERASE_LINE = "\033[K";
    private static final String ERASE_BELOW = "\033[J";
    /** Lines that are too long are cut by the terminal and do not become two. */
    static final String NO_WRAP = "\033[?7l";

    static final String WRAP = "\033[?7h";

    private final PrintStream out;
    private final boolean terminal;
    private final int rows;
    private boolean drawn;

    /**
     * @param terminal whether {@code out} is one
     * @param rows how many it has
     */
    public Screen(PrintStream out, boolean terminal, int rows) {
        this.out = out;
        this.terminal = terminal;
        this.rows = rows;
    }

    /** Shows a block. */
    public void show(List<String> lines) {
        StringBuilder text = new StringBuilder();
        if (terminal) {
            text.append(drawn ? HOME : HOME + ERASE_BELOW).append(NO_WRAP);
            for (String line : fitting(lines)) {
                text.append(line).append(ERASE_LINE).append('\n');
            }
            text.append(ERASE_BELOW).append(WRAP);
        } else {
            lines.forEach(line -> text.append(line).append('\n'));
            text.append('\n');
        }
        out.print(text);
        out.flush();
        drawn = true;
    }

    private List<String> fitting(List<String> lines) {
        if (lines.size() < rows) {
            return lines;
        }
        int shown = Math.max(1, rows - 2);
        List<String> fitting = new ArrayList<>(lines.subList(0, shown));
        fitting.add("... and " + (lines.size() - shown) + " more lines, for which this terminal is too small");
        return fitting;
    }
}
