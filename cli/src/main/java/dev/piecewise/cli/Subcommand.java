package dev.piecewise.cli;

import java.util.Optional;
import java.util.concurrent.Callable;

/** The commands, in the order of the help. A command's class is loaded when it is run, and not before. */
enum Subcommand {
    DEMO("demo", "See all of it work on this machine, then remove every trace"),
    TRACKER("tracker", "Run the tracker: the scheduler, the only process with S3 credentials"),
    SEEDER("seeder", "Run a seeder: reads from S3 what the tracker leases to it, then seeds"),
    NODE("node", "Run a node: stays up, seeds, and serves every 'get' of this machine"),
    GET("get", "Bring an object or a whole prefix to a path of this machine"),
    EXEC("exec", "Fetch all that a file lists, then become another command"),
    TORRENT("torrent", "Write the .torrent of an object or prefix, for any BitTorrent client"),
    REGISTER("register", "Have the tracker serve a torrent that was made with 'torrent --offline'"),
    STATUS("status", "What the tracker knows: artifacts, progress, who read which bytes"),
    CACHE("cache", "What lies in the data directory: list, verify, remove, make room"),
    CONFIG("config", "Write a sample of the configuration file; show which settings are in force");

    private final String word;
    private final String summary;

    Subcommand(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    static Optional<Subcommand> of(String word) {
        for (Subcommand subcommand : values()) {
            if (subcommand.word.equals(word)) {
                return Optional.of(subcommand);
            }
        }
        return Optional.empty();
    }

    String word() {
        return word;
    }

    /** One line for the list of commands. */
    String summary() {
        return summary;
    }

    /** Whether it heeds the environment's and the configuration file's settings. */
    boolean isConfigured() {
        return this != DEMO && this != CONFIG;
    }

    /** The picocli-annotated command. */
    Callable<Integer> in(Surroundings surroundings) {
        return switch (this) {
            case DEMO -> new DemoCommand(surroundings);
            case TRACKER -> new TrackerCommand(surroundings);
            case SEEDER -> new SeederCommand(surroundings);
            case NODE -> new NodeCommand(surroundings);
            case GET -> new GetCommand(surroundings);
            case EXEC -> new ExecCommand(surroundings);
            case TORRENT -> new TorrentCommand(surroundings);
            case REGISTER -> new RegisterCommand(surroundings);
            case STATUS -> new StatusCommand(surroundings);
            case CACHE -> new CacheCommand(surroundings);
            case CONFIG -> new ConfigCommand(surroundings);
        };
    }
}
