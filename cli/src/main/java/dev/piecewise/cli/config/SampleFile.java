package dev.piecewise.cli.config;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The file that {@code config init} writes: every setting, explained, with its default, commented out. */
public final class SampleFile {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int WIDTH = 110;
    private static final String TOP =
            """
            # Configuration of Piecewise. A line '#key: value' shows a default: remove its '#' and change the value. What an option
            # says comes before the environment, the environment before this file, and this file before the defaults.
            # 'piecewise config show' prints what is in force, and where each value comes from.

            """;

    private SampleFile() {}

    /** @param explained a setting's description, for people */
    public static String text(Function<Setting, List<String>> explained) {
        StringBuilder text = new StringBuilder(TOP);
        for (Section section : Section.values()) {
            text.append("# ").append(section.summary()).append('\n');
            text.append(section.word()).append(":\n");
            for (Setting setting : Setting.ALL) {
                if (setting.section() == section) {
                    setting(text, setting, explained.apply(setting));
                }
            }
        }
        return text.toString();
    }

    private static void setting(StringBuilder text, Setting setting, List<String> explained) {
        String repeated = "Default: " + setting.otherwise();
        explained.stream()
                .filter(paragraph -> !paragraph.equals(repeated))
                .forEach(paragraph -> comment(text, paragraph));
        comment(text, "Option " + setting.option() + ", environment " + setting.variable() + ".");
        text.append("  #").append(setting.name()).append(':');
        setting.byDefault().ifPresent(value -> text.append(' ').append(value));
        text.append("\n\n");
    }

    private static void comment(StringBuilder text, String paragraph) {
        StringBuilder line = new StringBuilder("  #");
        for (String word : SPACE.splitAsStream(paragraph.strip()).toList()) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("  #");
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }
}
