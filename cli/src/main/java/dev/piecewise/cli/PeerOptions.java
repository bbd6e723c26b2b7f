package dev.piecewise.cli;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.Listen;
import java.net.URI;
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

    @Option(
            names = "--max-upload",
            paramLabel = "RATE",
            description = {
                "Send peers no more than this, all torrents together: bytes (100MiB/s, 100MB/s) or bits (800Mbit/s).",
                "Default: unlimited"
            })
    private String maxUpload = "unlimited";

    @Option(
            names = "--max-download",
            paramLabel = "RATE",
            description = {
                "Take no more than this from peers, all torrents together. A seeder reads no faster than this from origins, too; "
                        + "the two are counted apart.",
                "Default: unlimited"
            })
    private String maxDownload = "unlimited";

    @Option(
            names = "--max-upload-per-torrent",
            paramLabel = "RATE",
            description = {"Send the peers of one torrent no more than this.", "Default: unlimited"})
    private String maxUploadPerTorrent = "unlimited";

    @Option(
            names = "--max-download-per-torrent",
            paramLabel = "RATE",
            description = {"Take no more than this from the peers of one torrent.", "Default: unlimited"})
    private String maxDownloadPerTorrent = "unlimited";

    @Option(
            names = "--max-downloads",
            paramLabel = "COUNT",
            description = {
                "How many artifacts to download at a time, the others wait for their turn; 0 for all.",
                "Default: 0"
            })
    private int maxDownloads = 0;

    @Option(
            names = "--upload-slots",
            paramLabel = "COUNT",
            description = {
                "To how many peers of a torrent to send at a time, in turns of a piece or a few, and of how many to ask; half as many, "
                        + "but four at least, while there are more than twice as many peers; 0 for all. Best the same on all nodes.",
                "Default: 8"
            })
    private int uploadSlots = 8;

    @Option(
            names = "--max-peers",
            paramLabel = "COUNT",
            description = {
                "How many peers of a torrent to be connected to; three eighths are called, the others are for callers.",
                "Default: 55"
            })
    private int maxPeers = 55;

    @Option(
            names = "--zone",
            paramLabel = "LABEL",
            description = {
                "Where this machine stands: a region, a data centre, whatever bytes are expensive between. A piece enters each zone once "
                        + "and spreads inside.",
                "Default: no label"
            })
    private Optional<String> zone = Optional.empty();

    @Option(
            names = "--rack",
            paramLabel = "LABEL",
            description = {"Where it stands in its zone; bytes are counted by it.", "Default: no label"})
    private Optional<String> rack = Optional.empty();

    Place place() {
        try {
            return new Place(zone.orElse(""), rack.orElse(""));
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--zone, --rack: " + e.getMessage(), e);
        }
    }

    /** Of traffic with peers. */
    EngineConfig.Limits limits() {
        if (uploadSlots < 0) {
            throw new ProcessFault(
                    Kind.USAGE, "--upload-slots: " + uploadSlots + " peers cannot be sent to; write 0 for no limit");
        }
        if (maxDownloads < 0) {
            throw new ProcessFault(
                    Kind.USAGE, "--max-downloads: " + maxDownloads + " cannot be downloaded; write 0 for no limit");
        }
        if (maxPeers < 1) {
            throw new ProcessFault(Kind.USAGE, "--max-peers: at least 1 peer is needed, not " + maxPeers);
        }
        return EngineConfig.Limits.usual()
                .withPeers(maxPeers, uploadSlots)
                .withDownloads(maxDownloads)
                .withRates(
                        OptionValues.rate("--max-upload", maxUpload), OptionValues.rate("--max-download", maxDownload))
                .withTorrentRates(
                        OptionValues.rate("--max-upload-per-torrent", maxUploadPerTorrent),
                        OptionValues.rate("--max-download-per-torrent", maxDownloadPerTorrent));
    }

    /** What a node, or whatever fetches in its place, is told; it serves no web seed. */
    NodeConfig node(Surroundings surroundings, Optional<URI> tracker, TrackerOptions trackerOptions) {
        return new NodeConfig(
                        tracker,
                        trackerOptions.token(surroundings),
                        data(surroundings, "node"),
                        listen(),
                        advertise,
                        limits(),
                        Optional.empty())
                .withPlace(place());
    }

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
