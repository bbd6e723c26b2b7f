package dev.piecewise.cli;

import dev.piecewise.client.SeederGets;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code piecewise seeder}. */
@Command(
        description = {
            "",
            "Takes leases from the tracker, reads those bytes from S3 by the signed URLs that come with them (it has no "
                    + "credentials of its own), hashes them, and seeds them to the nodes. Several seeders share the work.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise seeder --tracker http://tracker:7070",
            "  piecewise seeder --tracker http://tracker:7070 --file-root /mnt/models",
            "  piecewise seeder --tracker http://tracker:7070 --token-file token --data /var/lib/piecewise/seeder",
            ""
        })
final class SeederCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private PeerOptions peerOptions = new PeerOptions();

    @Mixin
    private WebSeedOptions webSeedOptions = new WebSeedOptions();

    @Option(
            names = "--leases",
            paramLabel = "COUNT",
            description = {"How many ranges to read from S3 at once.", "Default: 8"})
    private int leases = 8;

    @Mixin
    private OriginOptions originOptions = new OriginOptions();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    SeederCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Lifetime lifetime = daemon.begin(surroundings)) {
            SeederConfig config = config();
            Seeder seeder = lifetime.own(SeederMain.start(config));
            lifetime.own(SeederGets.serve(seeder, config));
            daemon.rehearsal().rehearseFetching(lifetime, config.data());
            daemon.ready(
                    surroundings,
                    "piecewise seeder: ready, reading for the tracker ",
                    config.tracker(),
                    seeder.nodeId(),
                    config.data(),
                    seeder.webSeedPort());
            lifetime.awaitEnd(seeder.failure());
        }
        return 0;
    }

    private SeederConfig config() {
        EngineConfig.Limits limits = peerOptions.limits();
        return new SeederConfig(
                trackerOptions.tracker(),
                trackerOptions.token(surroundings),
                peerOptions.data(surroundings, "seeder"),
                peerOptions.listen(),
                peerOptions.advertise(),
                originOptions.settings(leases, limits.downloadRate()),
                limits,
                webSeedOptions.onByDefault(peerOptions.listen()),
                peerOptions.place());
    }
}
