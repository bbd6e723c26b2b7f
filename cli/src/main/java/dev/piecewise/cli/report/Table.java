package dev.piecewise.cli.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of words in columns as wide as their widest word, two spaces apart; the last column is as long as it is. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... header) {
        add(List.of(header));
    }

    /** A row of as many words as the header has. */
    public void add(List<String> row) {
        rows.add(List.copyOf(row));
    }

    /** All rows, the header first. */
    public List<String> lines() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String word = row.get(i);
                line.append(word);
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - word.length() + 2));
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
