package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signed reads as they are and judges the answer's head. URLs are secrets: no message here holds one. */
final class OriginRequests implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OriginRequests.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(30);
    private static final int OK = 200;
    private static final int PARTIAL = 206;

    private final ExecutorService executor;
    private volatile @Nullable HttpClient http;

    /** An answer outside 2xx. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    OriginRequests() {
        AtomicInteger count = new AtomicInteger();
        executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "origin-http-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(executor)
                .build();
    }

    /**
     * Sends a read; gives its body, positioned at its first byte, which ends by itself after the last byte or breaks.
     *
     * @throws IOException if the connection failed: worth another attempt
     * @throws Refused if the answer was not the bytes
     * @throws OriginFault if the server sends other bytes than asked for
     */
    InputStream open(SignedRead read, LeaseLife life)
            throws IOException, Refused, LeaseLife.Ended, InterruptedException {
        HttpClient client = http;
        if (client == null) {
            throw new IOException("closed");
        }
        CompletableFuture<HttpResponse<InputStream>> sent =
                client.sendAsync(request(read), HttpResponse.BodyHandlers.ofInputStream());
        life.onStop(() -> sent.cancel(true));
        HttpResponse<InputStream> response;
        try {
            response = sent.get();
        } catch (CancellationException e) {
            life.check();
            throw new IOException("cancelled", e);
        } catch (ExecutionException e) {
            life.check();
            throw new IOException(reason(e), e);
        } catch (InterruptedException e) {
            sent.cancel(true);
            throw e;
        }
        InputStream body = response.body();
        try {
            life.onStop(() -> closeQuietly(body));
            check(response, read);
            return body;
        } catch (Refused | OriginFault | LeaseLife.Ended e) {
            closeQuietly(body);
            throw e;
        }
    }

    private static HttpRequest request(SignedRead read) throws IOException {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(read.url())).timeout(HEAD_TIMEOUT);
            read.headers().forEach((name, value) -> {
                if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                    request.header(name, value);
                }
            });
            return request.GET().build();
        } catch (IllegalArgumentException e) {
            // The cause's message would show the URL.
            throw new IOException("the tracker granted an unusable URL: " + describe(read));
        }
    }

    /** For people and logs, without the signature. */
    static String describe(SignedRead read) {
        int query = read.url().indexOf('?');
        return "GET " + (query < 0 ? read.url() : read.url().substring(0, query)) + ", bytes " + read.firstByte() + "-"
                + read.lastByte();
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static void check(HttpResponse<InputStream> response, SignedRead read) throws Refused {
        long wanted = read.lastByte() - read.firstByte() + 1;
        OptionalLong length = response.headers().firstValueAsLong("Content-Length");
        if (response.statusCode() == PARTIAL) {
            String range = response.headers().firstValue("Content-Range").orElse("");
            String expected = "bytes " + read.firstByte() + "-" + read.lastByte() + "/";
            if (!range.startsWith(expected)) {
                throw new OriginFault(
                        Kind.FAILED, read + ": the server sent '" + range + "'; check that it is S3 compatible");
            }
        } else if (response.statusCode() == OK) {
            if (read.firstByte() != 0 || length.orElse(-1) != wanted) {
                throw new OriginFault(
                        Kind.FAILED,
                        describe(read) + ": the server ignores Range (it answered 200 with "
                                + (length.isPresent() ? length.getAsLong() + " bytes" : "bytes of unknown number")
                                + "); check that it, and any proxy before it, supports Range requests");
            }
        } else {
            throw new Refused(response.statusCode(), describe(read) + ": HTTP " + response.statusCode());
        }
    }

    static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // Nothing depends on the rest of this body: it is being thrown away.
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        HttpClient client = http;
        http = null;
        if (client != null) {
            shutDownNow(client);
        }
        executor.shutdown();
        try {
            if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** The method is there from Java 21 on; before, a client ends when it is collected. */
    private static void shutDownNow(HttpClient client) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(client);
        } catch (NoSuchMethodException e) {
            LOG.trace("an HTTP client is left to the garbage collector");
        } catch (ReflectiveOperationException e) {
            LOG.debug("an HTTP client does not shut down", e);
        }
    }
}
