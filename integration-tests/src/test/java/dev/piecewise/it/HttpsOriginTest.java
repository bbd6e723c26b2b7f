package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.piecewise.it.lab.PiecewiseProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of a web server, which is like an object of S3 to everybody but the tracker. */
class HttpsOriginTest {
    private static final String ETAG = "\"one\"";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final byte[] content = new byte[3_000_003];
    private final AtomicLong bytesSent = new AtomicLong();

    @TempDir
    Path directory;

    @Test
    void aFileLeavesAWebServerOnce() throws Exception {
        new Random(7).nextBytes(content);
        Path store = directory.resolve("store.p12");
        HttpsServer server = server(store);
        Map<String, String> trust = Map.of(
                "PIECEWISE_JAVA_OPTS",
                "-Djavax.net.ssl.trustStore=" + store + " -Djavax.net.ssl.trustStorePassword=changeit",
                "AWS_REGION",
                "us-east-1");
        String files = "https://127.0.0.1:" + server.getAddress().getPort() + "/files/";
        try (PiecewiseProcess tracker = PiecewiseProcess.start(
                trust,
                "tracker",
                "--listen",
                "127.0.0.1:0",
                "--state",
                directory.resolve("state").toString(),
                "--allow",
                files)) {
            String url = tracker.awaitLine(Pattern.compile("ready at (\\S+),")).group(1);
            try (PiecewiseProcess seeder = PiecewiseProcess.start(
                    trust,
                    "seeder",
                    "--tracker",
                    url,
                    "--data",
                    directory.resolve("seeder").toString(),
                    "--listen",
                    "127.0.0.1:0")) {
                seeder.awaitLine(Pattern.compile("ready"));
                for (String node : new String[] {"a", "b"}) {
                    Path file = directory.resolve("file-" + node);
                    try (PiecewiseProcess get = PiecewiseProcess.start(
                            Map.of(),
                            "get",
                            files + "model.bin",
                            file.toString(),
                            "--piece-size",
                            "1MiB",
                            "--tracker",
                            url,
                            "--data",
                            directory.resolve("data-" + node).toString(),
                            "--listen",
                            "127.0.0.1:0")) {
                        assertThat(get.exitCode()).as(get.toString()).isZero();
                        assertThat(file).hasBinaryContent(content);
                    }
                }
                bytesSent.set(0);
                Path whole = directory.resolve("whole");
                try (PiecewiseProcess get = PiecewiseProcess.start(
                        Map.of(),
                        "get",
                        files + "rangeless.bin",
                        whole.toString(),
                        "--piece-size",
                        "256KiB",
                        "--tracker",
                        url,
                        "--data",
                        directory.resolve("data-whole").toString(),
                        "--listen",
                        "127.0.0.1:0")) {
                    assertThat(get.exitCode()).as(get.toString()).isZero();
                    assertThat(whole).hasBinaryContent(content);
                    assertThat(bytesSent).hasValue(content.length);
                }
                bytesSent.set(content.length);
                try (PiecewiseProcess elsewhere = PiecewiseProcess.start(
                        Map.of(),
                        "get",
                        "https://127.0.0.1:1/x",
                        "x",
                        "--tracker",
                        url,
                        "--listen",
                        "127.0.0.1:0",
                        "--data",
                        directory.resolve("data-x").toString())) {
                    assertThat(elsewhere.exitCode()).isEqualTo(4);
                }
            }
        } finally {
            server.stop(0);
        }
        assertThat(bytesSent).hasValue(content.length);
    }

    private HttpsServer server(Path store) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=s3",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-ext",
                        "bc:c",
                        "-storepass",
                        "changeit",
                        "-alias",
                        "s3")
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        trustOwnCertificate(store);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::answer);
        server.start();
        return server;
    }

    /** A key entry is no authority; its certificate is added as one. */
    private static void trustOwnCertificate(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        keys.setCertificateEntry("authority", keys.getCertificate("s3"));
        try (var out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("ETag", ETAG);
        String match = exchange.getRequestHeaders().getFirst("If-Match");
        String range = exchange.getRequestHeaders().getFirst("Range");
        boolean ranges = !exchange.getRequestURI().getPath().endsWith("/rangeless.bin");
        if (exchange.getRequestMethod().equals("HEAD")) {
            if (ranges) {
                exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
            }
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
        } else if (match != null && !match.equals(ETAG)) {
            exchange.sendResponseHeaders(412, -1);
        } else if (range != null && ranges) {
            int first = Integer.parseInt(range.substring(6, range.indexOf('-')));
            int last = Integer.parseInt(range.substring(range.indexOf('-') + 1));
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + content.length);
            exchange.sendResponseHeaders(206, last - first + 1L);
            exchange.getResponseBody().write(content, first, last - first + 1);
            bytesSent.addAndGet(last - first + 1L);
        } else {
            exchange.sendResponseHeaders(200, content.length);
            if (range == null) {
                exchange.getResponseBody().write(content);
                bytesSent.addAndGet(content.length);
            }
        }
        exchange.close();
    }
}
