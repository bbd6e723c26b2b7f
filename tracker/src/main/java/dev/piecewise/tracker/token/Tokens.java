package dev.piecewise.tracker.token;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The tokens in force; none means that everybody may do everything. Tokens are never logged or printed. */
public final class Tokens {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");
    private static final Tokens NONE = new Tokens(List.of());

    private final List<Entry> entries;

    private static final class Entry {
        private final Role role;
        private final byte[] token;

        Entry(Role role, String token) {
            this.role = role;
            this.token = token.getBytes(StandardCharsets.UTF_8);
        }
    }

    private Tokens(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** No tokens. */
    public static Tokens none() {
        return NONE;
    }

    /**
     * Reads tokens from a file, else from the value of an environment variable. Each line is {@code ROLE TOKEN} ({@code
     * read}, {@code node} or {@code admin}) or a bare {@code TOKEN}, which is an admin's; {@code #} starts a comment line.
     *
     * @throws ProcessFault if the file cannot be read, holds no token or a line that is neither
     */
    public static Tokens load(Optional<Path> file, Optional<String> environment) {
        if (file.isPresent()) {
            Path path = file.get();
            try {
                return parse(Files.readString(path), "token file " + path);
            } catch (IOException e) {
                throw new ProcessFault(Kind.USAGE, "cannot read the token file " + path + "; check --token-file", e);
            }
        }
        return environment
                .filter(value -> !value.isBlank())
                .map(value -> parse(value, "PIECEWISE_TOKEN"))
                .orElse(NONE);
    }

    private static Tokens parse(String text, String source) {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            String[] words = WHITESPACE.split(stripped, -1);
            Optional<Role> role = words.length == 2 ? role(words[0]) : Optional.of(Role.ADMIN);
            if (words.length > 2 || role.isEmpty()) {
                throw new ProcessFault(
                        Kind.USAGE,
                        source + ", line " + number
                                + ": write 'read TOKEN', 'node TOKEN', 'admin TOKEN' or one bare token");
            }
            entries.add(new Entry(role.get(), words[words.length - 1]));
        }
        if (entries.isEmpty()) {
            throw new ProcessFault(Kind.USAGE, source + " holds no token; write one per line, or leave it out");
        }
        return new Tokens(entries);
    }

    private static Optional<Role> role(String word) {
        for (Role role : Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** Whether any token is in force. */
    public boolean inForce() {
        return !entries.isEmpty();
    }

    /** The highest role of a presented token; every known token is compared, each in constant time. */
    public Optional<Role> role(byte[] presented) {
        Role found = null;
        for (Entry entry : entries) {
            boolean same = MessageDigest.isEqual(entry.token, presented);
            if (same && (found == null || entry.role.includes(found))) {
                found = entry.role;
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public String toString() {
        return "Tokens[" + entries.size() + " ***]";
    }
}
