package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.tracker.token.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with tokens in force, as on any address but loopback. */
class TokensTest {
    private static final long SIZE = 3_000_000;

    @TempDir
    Path directory;

    @Test
    void aNodeTokenFetchesAReadTokenGetsTheTorrentAndNoTokenGetsNothing() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "node n0de-t0ken\nread re4d-t0ken\n");
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withTokens(Tokens.load(Optional.of(tokens), Optional.empty())))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder"))
                    .withListen(Listen.loopback())
                    .withToken("n0de-t0ken")));

            Path file = directory.resolve("model.bin");
            assertThatThrownBy(() -> node(cluster, "stranger", Optional.empty()))
                    .isInstanceOfSatisfying(ProcessFault.class, fault -> assertThat(fault.kind())
                            .isEqualTo(Kind.DENIED))
                    .hasMessageContaining("--token-file");
            assertThat(file).doesNotExist();
            assertThat(cluster.s3().objectBytesSent()).isZero();

            LocalCluster.fetch(
                    node(cluster, "node", Optional.of("n0de-t0ken")), LocalCluster.request("model.bin", file));
            assertThat(Files.mismatch(source, file)).isEqualTo(-1);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);

            String query = "/torrent?uri=s3://bucket/model.bin";
            assertThat(get(cluster.trackerUrl().resolve(query)).statusCode()).isIn(401, 403);
            assertThat(get(cluster.trackerUrl().resolve("/k/guess" + query)).statusCode())
                    .isIn(401, 403, 404);
            HttpResponse<byte[]> torrent = get(cluster.trackerUrl().resolve("/k/re4d-t0ken" + query));
            assertThat(torrent.statusCode()).isEqualTo(200);
            String announce = Metainfo.parse(torrent.body()).announce().orElseThrow();
            assertThat(announce).contains("/k/").doesNotContain("t0ken");
        }
    }

    private static Piecewise node(LocalCluster cluster, String name, Optional<String> token) {
        NodeConfig config =
                NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf(name)).withListen(Listen.loopback());
        return cluster.own(Piecewise.open(token.map(config::withToken).orElse(config)));
    }

    private static HttpResponse<byte[]> get(URI url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
