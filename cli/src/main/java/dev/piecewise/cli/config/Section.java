package dev.piecewise.cli.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The sections of the configuration file, in its order, each with the commands that heed it. */
public enum Section {
    CONNECT("connect", "Where the tracker is.", "get exec torrent register status node seeder"),
    REQUEST("request", "What is asked for, and for how long.", "get exec torrent register"),
    GET("get", "Only for 'piecewise get' and 'piecewise exec'.", "get exec"),
    TORRENT("torrent", "Only for 'piecewise torrent'.", "torrent"),
    PEER("peer", "Bytes on disk and traffic with peers.", "node seeder get exec cache"),
    WEB_SEED("web-seed", "Files of torrents over HTTP.", "node seeder"),
    NODE("node", "Only for 'piecewise node'.", "node"),
    SEEDER("seeder", "Reading from the origin.", "seeder node"),
    TRACKER("tracker", "The tracker itself; other commands ignore this section.", "tracker");

    private static final Pattern SPACE = Pattern.compile(" ");

    private final String word;
    private final String summary;
    private final String commands;

    Section(String word, String summary, String commands) {
        this.word = word;
        this.summary = summary;
        this.commands = commands;
    }

    static Optional<Section> of(String word) {
        return Arrays.stream(values())
                .filter(section -> section.word.equals(word))
                .findFirst();
    }

    /** Its key in the file. */
    public String word() {
        return word;
    }

    /** One line for people. */
    String summary() {
        return summary;
    }

    /** Words of the commands that take settings from here; each takes those that it has as an option. */
    public List<String> commands() {
        return SPACE.splitAsStream(commands).toList();
    }
}
