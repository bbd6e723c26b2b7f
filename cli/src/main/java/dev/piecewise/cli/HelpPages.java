package dev.piecewise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Renders every help page; the build runs this and puts the pages where {@link HelpPage} finds them. */
public final class HelpPages {
    private HelpPages() {}

    /** @param args the directory to write to */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Files.createDirectories(directory);
        for (Map.Entry<String, String> page : render().entrySet()) {
            Files.writeString(directory.resolve(page.getKey() + ".txt"), page.getValue());
        }
    }

    /** Page name (a command, {@code piecewise} or {@code version}) to text. */
    static Map<String, String> render() {
        Map<String, String> pages = new TreeMap<>();
        pages.put("version", Version.line() + "\n");
        pages.put("piecewise", CommandTree.help());
        for (Subcommand subcommand : Subcommand.values()) {
            pages.put(subcommand.word(), CommandTree.help(subcommand));
        }
        return pages;
    }
}
