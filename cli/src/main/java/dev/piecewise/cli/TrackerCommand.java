package dev.piecewise.cli;

import dev.piecewise.cli.OptionValues.HostPort;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.tracker.rehearsal.TrackerRehearsal;
import dev.piecewise.tracker.token.Tokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code piecewise tracker}. */
@Command(
        description = {
            "",
            "Decides who reads which piece from S3 so that each leaves it once, tells nodes of each other, and serves torrents. "
                    + "It signs every read; no other process needs S3 credentials. Its S3 settings are the AWS SDK's own: "
                    + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE and the shared files, AWS_REGION, "
                    + "AWS_ENDPOINT_URL (implies path style), instance roles.",
            "",
            "Other S3 servers and credentials are profiles in the configuration file ('piecewise config init' has a sample); "
                    + "requests name them by --profile.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise tracker --allow s3://models/",
            "  piecewise tracker --listen 0.0.0.0:7070 --token-file tokens --allow s3://models/llm/ --allow s3://data/",
            "A token file has one 'ROLE TOKEN' a line; roles: read, node (what nodes need), admin.",
            ""
        })
final class TrackerCommand implements Callable<Integer>, UsesProfiles {
    private final Surroundings surroundings;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = {"Where to listen; port 0 takes any free one.", "Default: 127.0.0.1:7070"})
    private String listen = "127.0.0.1:7070";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = {
                "Directory whose content survives a restart.",
                "Default: $XDG_STATE_HOME/piecewise/tracker, or ~/.local/state/piecewise/tracker"
            })
    private Optional<Path> state = Optional.empty();

    @Option(
            names = "--allow",
            paramLabel = "URI",
            description = {
                "Serve this and what lies below it, for example s3://bucket/some/prefix/, https://host/models/ or "
                        + "file:///mnt/models/. May be repeated.",
                "Default: nothing is served"
            })
    private List<String> allow = List.of();

    @Mixin
    private OriginLimitOptions originLimits = new OriginLimitOptions();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = {
                "Tokens in force, one 'ROLE TOKEN' a line (a bare token is an admin's). Needed to listen beyond loopback.",
                "Instead: the same lines in PIECEWISE_TOKEN; default: no tokens, all may do everything"
            })
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--insecure",
            description = "Listen beyond loopback without tokens: anybody who reaches the port may read.")
    private boolean insecure;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = {
                "Where others reach this tracker, for the announce URL in torrents.",
                "Default: the address that each of them asked"
            })
    private Optional<String> publicUrl = Optional.empty();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    private List<ProfileConfig> profiles = List.of();

    TrackerCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void profiles(List<ProfileConfig> configured) {
        profiles = List.copyOf(configured);
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Lifetime lifetime = daemon.begin(surroundings)) {
            TrackerConfig config = config();
            TrackerServer server = lifetime.own(TrackerMain.start(config));
            rehearse(lifetime, config);
            daemon.ready(
                    surroundings,
                    "piecewise tracker: ready at " + server.uri() + ", serving " + served(config),
                    Map.of("url", server.uri().toString()));
            lifetime.awaitEnd();
        }
        return 0;
    }

    private void rehearse(Lifetime lifetime, TrackerConfig config) throws InterruptedException {
        if (config.state().isPresent()) {
            daemon.rehearsal().rehearse(lifetime, config.state().get(), TrackerRehearsal::run);
        }
    }

    private static String served(TrackerConfig config) {
        return config.allow().isEmpty()
                ? "nothing: give --allow s3://BUCKET/ to serve a bucket"
                : String.join(
                        " ", config.allow().stream().map(ArtifactUri::toString).toList());
    }

    private TrackerConfig config() {
        HostPort address = OptionValues.hostPort("--listen", listen);
        TrackerConfig config = TrackerConfig.defaults()
                .withListen(address.host(), address.port())
                .withState(state.orElseGet(() -> surroundings
                        .userDirectory("XDG_STATE_HOME", ".local/state")
                        .resolve("tracker")))
                .withAllow(allow.stream().map(OptionValues::allowed).toList())
                .withProfiles(profiles)
                .withOriginLimits(originLimits.limits())
                .withTokens(Tokens.load(tokenFile, surroundings.variable("PIECEWISE_TOKEN")))
                .withInsecure(insecure);
        return publicUrl
                .map(url -> config.withPublicUrl(OptionValues.httpUrl("--public-url", url)))
                .orElse(config);
    }
}
