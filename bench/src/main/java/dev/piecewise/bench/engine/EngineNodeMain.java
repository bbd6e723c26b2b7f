package dev.piecewise.bench.engine;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.peer.wire.WireEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench/run engine-node}: our engine alone, without a cluster. Started by {@code bench/run engine}. */
@Command(name = "engine-node", hidden = true)
public final class EngineNodeMain implements Callable<Integer> {
    private static final int PORT = 6881;
    private static final int WARM_BYTES = 1 << 20;

    @Parameters(index = "0")
    private String role = "";

    @Parameters(index = "1")
    private Path torrents = Path.of("");

    @Parameters(index = "2")
    private Path data = Path.of("");

    @Parameters(index = "3")
    private String address = "";

    @Option(names = "--warm")
    private boolean warm;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InetAddress own = InetAddress.getByName(address);
        Torrents wanted = new Torrents(torrents);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (DataDirectory directory = DataDirectory.open(data);
                SwarmEngine mine = new WireEngine(EngineConfig.defaults().at(own, PORT))) {
            List<StoredArtifact> stored = new ArrayList<>();
            List<Metainfo> all = wanted.all();
            for (Metainfo torrent : all) {
                StoredArtifact artifact =
                        directory.artifact(idOf(torrent), torrent.info().content());
                stored.add(artifact);
                if (role.equals("seed")) {
                    Path payload =
                            wanted.files().resolve(torrent.info().content().name());
                    fill(artifact, payload);
                    share(payload);
                } else if (warm) {
                    touch(artifact);
                }
            }
            System.out.println("READY");
            List<InetSocketAddress> peers = Arrays.stream(orders.readLine().split(" ", -1))
                    .filter(word -> !word.isEmpty())
                    .map(word -> new InetSocketAddress(word, PORT))
                    .toList();
            PeerSource source =
                    request -> new AnnounceResponse(Duration.ofSeconds(5), Duration.ofSeconds(1), 0, 0, peers);
            for (int i = 0; i < all.size(); i++) {
                Metainfo torrent = all.get(i);
                mine.join(new SwarmSpec(
                        List.of(torrent.infoHash()),
                        stored.get(i),
                        PieceHashes.of(torrent.info().hashes()),
                        source,
                        true));
            }
            stored.forEach(
                    artifact -> artifact.completion().toCompletableFuture().join());
            System.out.println(String.format(Locale.ROOT, "DONE %.3f", System.currentTimeMillis() / 1e3));
            orders.readLine();
        }
        return 0;
    }

    private static ArtifactId idOf(Metainfo torrent) {
        String name = torrent.info().content().name();
        return ArtifactId.of(
                "bench",
                "bucket",
                name,
                List.of(new VersionedEntry(
                        name, torrent.info().content().layout().totalBytes(), "1")),
                torrent.info().content().layout().pieceBytes());
    }

    private static void fill(StoredArtifact artifact, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(WARM_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            for (long at = 0; channel.read(buffer.clear(), at) > 0; at += buffer.limit()) {
                artifact.write(at, buffer.flip());
            }
        }
        for (int piece = 0; piece < artifact.content().layout().pieceCount(); piece++) {
            artifact.markHeld(piece);
        }
    }

    /** The others' seeds have no copy of their own, so ours must not need the memory for one either. */
    private void share(Path payload) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.mismatch(file, payload) < 0) {
                    Files.delete(payload);
                    Files.createLink(payload, file);
                    return;
                }
            }
        }
    }

    /** Gives the file its pages, so that they are only written anew. */
    private static void touch(StoredArtifact artifact) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(WARM_BYTES);
        long total = artifact.content().layout().totalBytes();
        for (long at = 0; at < total; at += buffer.limit()) {
            artifact.write(at, buffer.clear().limit((int) Math.min(buffer.capacity(), total - at)));
        }
    }
}
