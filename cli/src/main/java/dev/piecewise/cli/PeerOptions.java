package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.Listen;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a process that takes part in swarms keeps its bytes and meets its peers. */
final class PeerOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = {
                "The data directory; one process at a time owns it.",
                "Default: $XDG_CACHE_HOME/piecewise/ROLE or, without that variable, ~/.cache/piecewise/ROLE;",
                "ROLE is 'seeder' for the seeder and 'node' for node and get."
            })
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = {
                "Where to accept peers, those of all torrents at one port; 0 takes any free one.",
                "Default: 0.0.0.0, the first free port of 6881 to 6899"
            })
    private Optional<String> listen = Optional.empty();

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = {
                "The name or address that other peers are told to reach this machine by.",
                "Default: the local address that the tracker is reached from"
            })
    private Optional<String> advertise = Optional.empty();

    Path data(Surroundings surroundings, String role) {
        return data.orElseGet(
                () -> surroundings.userDirectory("XDG_CACHE_HOME", ".cache").resolve(role));
    }

    Listen listen() {
        try {
            return listen.map(Listen::parse).orElseGet(Listen::defaults);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--listen: " + e.getMessage(), e);
        }
    }

    Optional<String> advertise() {
        return advertise;
    }
}
