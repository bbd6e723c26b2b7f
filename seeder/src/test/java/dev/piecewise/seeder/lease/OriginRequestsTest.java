package dev.piecewise.seeder.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.piecewise.core.SignedRead;
import dev.piecewise.seeder.cluster.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OriginRequestsTest {
    private static final int SIZE = 300_000;
    private static final String PASSWORD = "changeit";

    private final byte[] object = new byte[SIZE];
    private final LeaseLife life = new LeaseLife(System::nanoTime, System.nanoTime() + TimeUnit.HOURS.toNanos(1));

    @TempDir
    private Path directory;

    OriginRequestsTest() {
        new Random(2).nextBytes(object);
    }

    private static OriginSettings leases(int count) {
        return OriginSettings.defaults().withLeases(count);
    }

    private static byte[] all(OriginBody body, int count) throws IOException {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count) {
            int got = body.read(bytes, filled, count - filled);
            assertThat(got).isPositive();
            filled += got;
        }
        return bytes;
    }

    private void readWell(FakeOrigin origin, OriginRequests requests, int first, int last) throws Exception {
        try (OriginBody body = requests.open(origin.read(first, last), life)) {
            assertThat(all(body, last - first + 1)).isEqualTo(Arrays.copyOfRange(object, first, last + 1));
            assertThat(body.atEnd()).isTrue();
        }
    }

    /** A read in another thread, which ends with what it threw. */
    private CompletableFuture<Throwable> reading(SignedRead read, OriginRequests requests) {
        return CompletableFuture.supplyAsync(() -> {
            try (OriginBody body = requests.open(read, life)) {
                all(body, SIZE);
                return new AssertionError("it was read to its end");
            } catch (Throwable thrown) {
                return thrown;
            }
        });
    }

    @Test
    void urlAndSignedHeadersAreSentAsTheyAre() throws Exception {
        String signed =
                "/bucket/a//b/./%2E%2E/c%2Fd+e%20f~(1)?X-Amz-Credential=k%2F20260101&empty=&X-Amz-Signature=00%2b";
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(1))) {
            requests.open(origin.read(signed, 7, 99), life).close();
            assertThat(origin.requests).containsExactly(signed);
            assertThat(origin.headers.get(0))
                    .containsEntry("Range", List.of("bytes=7-99"))
                    .containsEntry("If-match", List.of("\"etag\""))
                    .doesNotContainKeys("Accept-encoding", "Upgrade", "Authorization", "Cookie");
        }
    }

    @Test
    void aConnectionThatDoesNotComeIsGivenUpAfterTheTimeoutOfConnections() throws Exception {
        OriginSettings settings = leases(1).withTimeouts(Duration.ofMillis(100), Duration.ofHours(1));
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket accepting = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                OriginRequests requests = new OriginRequests(settings)) {
            assertThatThrownBy(() -> {
                        while (true) { // until those that nobody accepts are too many
                            Socket socket = new Socket();
                            waiting.add(socket);
                            socket.connect(accepting.getLocalSocketAddress(), 500);
                        }
                    })
                    .isInstanceOf(SocketTimeoutException.class);
            SignedRead read = new SignedRead(
                    "http://127.0.0.1:" + accepting.getLocalPort() + "/key", Map.of("Range", "bytes=0-9"), 0, 9);
            assertThatThrownBy(() -> requests.open(read, life))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("timed out");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void readsThatEndWellUseOneConnection() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(4))) {
            readWell(origin, requests, 0, 99_999);
            readWell(origin, requests, 100_000, SIZE - 1);
            assertThat(origin.clients.stream().distinct()).hasSize(1);
        }
    }

    @Test
    void aBodyThatIsClosedEarlyGivesItsPlaceToTheNext() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(1))) {
            requests.open(origin.read(0, SIZE - 1), life).close();
            readWell(origin, requests, 5, 50_000);
            assertThat(origin.clients.stream().distinct()).hasSize(2);
        }
    }

    @Test
    void aRefusalGivesItsPlaceToTheNextAndIsNotTriedAgainHere() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(1))) {
            for (int status : new int[] {401, 403, 404, 412, 429, 500, 503}) {
                origin.manners.add(FakeOrigin.status(status));
                assertThatThrownBy(() -> requests.open(origin.read(0, 99), life))
                        .isInstanceOfSatisfying(OriginRequests.Refused.class, e -> assertThat(e.status())
                                .isEqualTo(status))
                        .message()
                        .doesNotContain("secret");
            }
            assertThat(origin.ranges).hasSize(7);
            readWell(origin, requests, 0, 99);
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(1))) {
            origin.manners.add((exchange, bytes, first, last) -> {
                exchange.getResponseHeaders().set("Location", "/elsewhere");
                exchange.sendResponseHeaders(307, -1);
            });
            assertThatThrownBy(() -> requests.open(origin.read(0, 99), life))
                    .isInstanceOf(OriginRequests.Refused.class);
            assertThat(origin.requests).hasSize(1);
        }
    }

    @Test
    void anEndedLeaseWakesAReaderThatWaitsForBytes() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object);
                OriginRequests requests = new OriginRequests(leases(1))) {
            origin.manners.add(origin.hangingAfter(10));
            CompletableFuture<Throwable> reading = reading(origin.read(0, SIZE - 1), requests);
            Eventually.await("the read started", () -> !origin.ranges.isEmpty());
            life.stop(LeaseLife.End.LOST);
            assertThat(reading.get(10, TimeUnit.SECONDS)).isInstanceOfAny(IOException.class, LeaseLife.Ended.class);
        }
    }

    @Test
    void anEndedLeaseWakesAReaderThatWaitsForTheHead() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                OriginRequests requests = new OriginRequests(leases(1))) {
            SignedRead read =
                    new SignedRead("http://127.0.0.1:" + silent.getLocalPort() + "/b/k", Map.of(), 0, SIZE - 1);
            CompletableFuture<Throwable> reading = reading(read, requests);
            silent.accept();
            life.stop(LeaseLife.End.SHUTDOWN);
            assertThat(reading.get(10, TimeUnit.SECONDS)).isInstanceOf(LeaseLife.Ended.class);
        }
    }

    @Test
    void closingBreaksOffWhatIsUnderWayAndTakesNoMore() throws Exception {
        try (FakeOrigin origin = new FakeOrigin(object)) {
            OriginRequests requests = new OriginRequests(leases(1));
            origin.manners.add(origin.hangingAfter(10));
            CompletableFuture<Throwable> reading = reading(origin.read(0, SIZE - 1), requests);
            Eventually.await("the read started", () -> !origin.ranges.isEmpty());
            requests.close();
            assertThat(reading.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> requests.open(origin.read(0, 99), life))
                    .isInstanceOf(IOException.class)
                    .message()
                    .doesNotContain("secret");
        }
    }

    @Test
    void tlsIsReadIfTheCertificateIsTrustedAndWakesLikeAnyOther() throws Exception {
        SSLContext tls = tls("127.0.0.1");
        try (FakeOrigin origin = new FakeOrigin(object, server(tls));
                OriginRequests trusting = new OriginRequests(leases(2), tls);
                OriginRequests strict = new OriginRequests(leases(1))) {
            readWell(origin, trusting, 0, SIZE - 1);
            assertThatThrownBy(() -> strict.open(origin.read(0, 99), life))
                    .isInstanceOf(IOException.class)
                    .message()
                    .doesNotContain("secret");
            origin.manners.add(origin.hangingAfter(10));
            CompletableFuture<Throwable> reading = reading(origin.read(0, SIZE - 1), trusting);
            Eventually.await("the read started", () -> origin.ranges.size() == 2);
            life.stop(LeaseLife.End.LOST);
            assertThat(reading.get(10, TimeUnit.SECONDS)).isInstanceOfAny(IOException.class, LeaseLife.Ended.class);
        }
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() throws Exception {
        SSLContext tls = tls("127.0.0.2");
        try (FakeOrigin origin = new FakeOrigin(object, server(tls));
                OriginRequests requests = new OriginRequests(leases(1), tls)) {
            assertThatThrownBy(() -> requests.open(origin.read(0, 99), life)).isInstanceOf(IOException.class);
            assertThat(origin.requests).isEmpty();
        }
    }

    private static HttpsServer server(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create();
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /** Has a certificate for an address, and trusts it. */
    private SSLContext tls(String address) throws Exception {
        Path store = directory.resolve("keys.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "origin",
                        "-dname",
                        "CN=origin",
                        "-ext",
                        "san=ip:" + address,
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("origin", keys.getCertificate("origin"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        others.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), others.getTrustManagers(), null);
        return tls;
    }
}
