package dev.piecewise.cli;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code piecewise register}. */
@Command(
        description = {
            "",
            "Gives a torrent made with 'piecewise torrent --offline' to the tracker, which compares it with what S3 has now and "
                    + "serves it from then on, though none of it was read: pieces are leased and read once somebody wants them, "
                    + "and each is compared with the torrent. A torrent that proves wrong is served no longer. With tokens in "
                    + "force this needs one of role admin, for every node will trust these hashes.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise torrent s3://models/llm.bin -o llm.torrent --offline",
            "  piecewise register llm.torrent",
            "  piecewise register llm.torrent --uri s3://models/llm.bin --tracker http://tracker:7070",
            ""
        })
final class RegisterCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "TORRENT", description = "The torrent file.")
    private Path file = Path.of("");

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = {
                "What the torrent was made of, for example s3://bucket/key.",
                "Default: what the torrent says, as one made with --offline does"
            })
    private Optional<String> uri = Optional.empty();

    @Mixin
    private ProfileOption profile = new ProfileOption();

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    RegisterCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        Optional<String> of = uri.map(OptionValues::uri).map(ArtifactUri::toString);
        byte[] torrent = read();
        try (TrackerClient tracker = new TrackerClient(trackerOptions.tracker(), trackerOptions.token(surroundings))) {
            ArtifactStatus status = tracker.registerTorrent(torrent, of, profile.name());
            if (!verbosity.quiet()) {
                surroundings.out().println("registered " + status.uri() + ", infohash " + status.infoHash());
                surroundings.out().println("torrent    " + status.torrentUrl());
                surroundings.out().println("magnet     " + status.magnet());
                surroundings.out().flush();
            }
        }
        return 0;
    }

    private byte[] read() {
        try {
            byte[] torrent = Files.readAllBytes(file);
            Metainfo.parse(torrent);
            return torrent;
        } catch (NoSuchFileException e) {
            throw new ProcessFault(Kind.NOT_FOUND, "cannot register " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot register " + file + ": " + e.getMessage(), e);
        } catch (TorrentFault e) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "cannot register " + file + ": " + e.getMessage()
                            + "; give a file that 'piecewise torrent --offline' wrote",
                    e);
        }
    }
}
