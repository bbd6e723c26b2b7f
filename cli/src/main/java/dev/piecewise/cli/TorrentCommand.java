package dev.piecewise.cli;

import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.FileRoots;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.core.metainfo.TorrentSource;
import dev.piecewise.torrentbuilder.build.MetainfoBuilder;
import dev.piecewise.torrentbuilder.file.FileOrigin;
import dev.piecewise.torrentbuilder.https.HttpsOrigin;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code piecewise torrent}. */
@Command(
        description = {
            "",
            "Asks the tracker for the object's torrent, which makes seeders read and hash it if that has not happened yet, and "
                    + "writes it to a file. With --offline no tracker is asked: this process reads the whole object from S3 "
                    + "itself, with its own credentials (the AWS SDK's settings), only to hash it; 'piecewise register' then has a "
                    + "tracker serve it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise torrent s3://models/llm.bin -o llm.torrent",
            "  piecewise torrent s3://models/llm.bin -o llm.torrent --offline --piece-size 4MiB",
            ""
        })
final class TorrentCommand implements Callable<Integer>, UsesProfiles {
    private static final Duration POLL = Duration.ofSeconds(2);

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "URI",
            description = "The object, for example s3://bucket/key. Taken literally, never decoded.")
    private String uri = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The file to write. It appears complete or not at all, and replaces an existing one.")
    private Path output = Path.of("");

    @Option(
            names = "--piece-size",
            paramLabel = "SIZE",
            description = {
                "Length of a piece: a multiple of 16KiB up to 512MiB, or auto.",
                "Default: auto (the one of an artifact that exists, else by the object's size)"
            })
    private String pieceSize = "auto";

    @Option(
            names = "--offline",
            description = {
                "Read the object here, with the credentials of this process; no tracker is asked.",
                "A tracker that is named (--tracker, PIECEWISE_TRACKER) becomes the torrent's announce URL."
            })
    private boolean offline;

    @Option(
            names = "--private",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = {
                "With --offline: whether the torrent says private=1 (BEP 27).",
                "Default: --private, as a tracker's torrents do"
            })
    private boolean privateTorrent = true;

    @Option(
            names = "--stall-timeout",
            paramLabel = "DURATION",
            description = {"Give up when no piece was hashed for this long.", "Default: 5m"})
    private String stallTimeout = "5m";

    @Mixin
    private ProfileOption profile = new ProfileOption();

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    private List<ProfileConfig> profiles = List.of();

    TorrentCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void profiles(List<ProfileConfig> configured) {
        profiles = List.copyOf(configured);
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        ArtifactUri artifact = OptionValues.uri(uri);
        Optional<PieceLength> pieceLength = OptionValues.pieceSize(pieceSize);
        Duration patience = OptionValues.duration("--stall-timeout", stallTimeout);
        WholeFile.checkWritable(output);
        byte[] metainfo = offline ? read(artifact, pieceLength) : ask(artifact, patience);
        WholeFile.write(output, metainfo);
        if (!verbosity.quiet()) {
            surroundings.out().println("wrote " + output + " (" + metainfo.length + " bytes)");
            surroundings.out().flush();
        }
        return 0;
    }

    private byte[] read(ArtifactUri artifact, Optional<PieceLength> wanted) {
        try (Origin origin = origin(artifact)) {
            ResolvedArtifact resolved = origin.resolve(artifact);
            long totalBytes = resolved.objects().stream()
                    .mapToLong(object -> object.entry().sizeBytes())
                    .sum();
            if (!verbosity.quiet()) {
                surroundings
                        .err()
                        .println("piecewise torrent: --offline, so this process reads all "
                                + ByteSize.format(totalBytes) + " of " + artifact + " with its own credentials");
            }
            PieceLength pieceLength = wanted.orElseGet(() -> PieceLength.auto(totalBytes));
            ProgressLines progress =
                    new ProgressLines(surroundings.err(), verbosity.style(surroundings), 1, System::nanoTime);
            InfoDictionary info = new MetainfoBuilder(origin)
                    .build(
                            resolved,
                            pieceLength,
                            privateTorrent,
                            done -> progress.show(List.of("hashing " + ProgressLines.bar(done, totalBytes))));
            progress.clear();
            Optional<String> announce = trackerOptions.named().map(url -> url + "/announce");
            List<String> versions = resolved.objects().stream()
                    .map(object -> object.entry().version())
                    .toList();
            return Metainfo.of(info, announce, List.of())
                    .withSource(new TorrentSource(artifact.toString(), versions))
                    .encode();
        }
    }

    private Origin origin(ArtifactUri artifact) {
        return switch (artifact.scheme()) {
            case "s3" -> S3Origin.of(own());
            case "https" -> HttpsOrigin.of(List.of(artifact));
            // What this user may read anyway.
            case "file" -> new FileOrigin(new FileRoots(List.of(Path.of("/"))));
            default ->
                throw new ProcessFault(
                        Kind.USAGE, "cannot read " + artifact + ": the scheme must be s3://, https:// or file://");
        };
    }

    /** The profile of this machine's configuration that is asked for. */
    private S3Profile own() {
        String wanted = profile.name().orElse(OriginProfiles.DEFAULT);
        return profiles.stream()
                .map(ProfileConfig::s3)
                .filter(known -> known.name().equals(wanted))
                .findFirst()
                .or(() ->
                        wanted.equals(OriginProfiles.DEFAULT) ? Optional.of(S3Profile.ofSdk(wanted)) : Optional.empty())
                .orElseThrow(() -> new ProcessFault(
                        Kind.USAGE,
                        "--profile: the configuration of this process has no profile '" + wanted
                                + "', which --offline needs; 'piecewise config show' lists those that it has"));
    }

    private byte[] ask(ArtifactUri artifact, Duration patience) {
        try (TrackerClient tracker = new TrackerClient(trackerOptions.tracker(), trackerOptions.token(surroundings))) {
            ArtifactStatus status = tracker.requestArtifact(new ArtifactRequest(
                    artifact.toString(), pieceSize, profile.name().orElse(null)));
            status = published(tracker, status, patience);
            if (status.infoHash() == null) {
                throw new ProcessFault(
                        Kind.FAILED,
                        artifact + " has 0 bytes and therefore no torrent; 'piecewise get' makes the file");
            }
            return tracker.torrent(InfoHash.fromHex(Objects.requireNonNull(status.infoHash())));
        }
    }

    private ArtifactStatus published(TrackerClient tracker, ArtifactStatus first, Duration patience) {
        ProgressLines progress =
                new ProgressLines(surroundings.err(), verbosity.style(surroundings), 1, System::nanoTime);
        ArtifactStatus status = first;
        long changed = System.nanoTime();
        while (status.state() == ArtifactState.READING) {
            progress.show(List.of("hashing "
                    + ProgressLines.bar((long) status.piecesHashed() * status.pieceBytes(), status.totalBytes())
                    + (status.seedersAlive() == 0 ? "  (no seeder is alive)" : "")));
            ArtifactStatus next = tracker.artifact(new ArtifactId(status.id()), POLL);
            if (next.piecesHashed() != status.piecesHashed()) {
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > patience.toNanos()) {
                throw new ProcessFault(
                        Kind.STALLED,
                        "no piece of " + status.uri() + " was hashed for " + patience.toSeconds() + " s ("
                                + next.piecesHashed()
                                + " of " + next.pieceCount() + " are; seeders alive: " + next.seedersAlive()
                                + "); check that a seeder runs and reaches S3");
            }
            status = next;
        }
        progress.clear();
        if (status.state() == ArtifactState.FAILED) {
            Kind kind = status.errorKind() == null ? Kind.FAILED : Kind.valueOf(status.errorKind());
            throw new OriginFault(kind, Objects.requireNonNullElse(status.error(), status.uri() + " cannot be read"));
        }
        return status;
    }
}
