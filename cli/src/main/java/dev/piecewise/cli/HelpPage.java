package dev.piecewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code --help} and {@code --version} from text files that {@link HelpPages} wrote when the distribution was
 * built. Loads nothing else: picocli alone would take longer than the rest of the process.
 */
final class HelpPage {
    private HelpPage() {}

    /** Whether {@code args} asked for nothing but a page that exists; it is printed then. */
    static boolean print(String[] args, PrintStream out) {
        String page = page(args);
        try (InputStream text = page == null ? null : HelpPage.class.getResourceAsStream("help/" + page + ".txt")) {
            if (text == null) {
                return false;
            }
            out.write(text.readAllBytes());
            out.flush();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot print the help page", e);
        }
    }

    private static @Nullable String page(String[] args) {
        if (args.length == 0 || args.length > 2) {
            return null;
        }
        String last = args[args.length - 1];
        if (args.length == 1) {
            return isHelp(last) ? "piecewise" : last.equals("--version") || last.equals("-V") ? "version" : null;
        }
        if (args[0].equals("help")) {
            return isWord(last) ? last : null;
        }
        return isHelp(last) && isWord(args[0]) ? args[0] : null;
    }

    private static boolean isHelp(String arg) {
        return arg.equals("--help") || arg.equals("-h") || arg.equals("help");
    }

    private static boolean isWord(String arg) {
        for (int i = 0; i < arg.length(); i++) {
            if (arg.charAt(i) < 'a' || arg.charAt(i) > 'z') {
                return false;
            }
        }
        return !arg.equals("version");
    }
}
