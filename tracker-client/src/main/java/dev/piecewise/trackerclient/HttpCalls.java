package dev.piecewise.trackerclient;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.api.ApiJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Sends requests to one tracker, repeats what may be repeated, and makes one fault of everything that prevents an answer. */
final class HttpCalls implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 4;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 1_000;
    /** They wait for nothing, and more of them would mostly wake each other. */
    private static final int THREADS = 2;
    /** How long they stay when all is closed. */
    private static final Duration IDLE = Duration.ofMillis(500);

    private static final AtomicInteger NUMBER = new AtomicInteger(1);

    private final URI base;
    private final Optional<String> token;
    private final ThreadPoolExecutor threads;
    private final Map<Long, CompletableFuture<?>> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong nextCall = new AtomicLong();
    private @Nullable HttpClient http;
    private volatile boolean closed;

    HttpCalls(URI base, Optional<String> token) {
        this.base = base;
        this.token = token;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "tracker-client-" + NUMBER.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(threads)
                .build();
    }

    /** The answer, whatever its status. */
    HttpResponse<byte[]> send(Call call) {
        return send(call, token);
    }

    /** The same with another token. */
    HttpResponse<byte[]> send(Call call, Optional<String> presented) {
        HttpRequest.BodyPublisher body = call.body() == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(
                        call.body() instanceof byte[] bytes ? bytes : ApiJson.write(call.body()));
        HttpRequest.Builder request = HttpRequest.newBuilder(below(call.path()))
                .method(call.method(), body)
                .timeout(call.timeout());
        if (call.body() != null) {
            request.header(
                    "Content-Type", call.body() instanceof byte[] ? "application/octet-stream" : "application/json");
        }
        presented.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return send(request.build(), call.repeat());
    }

    /** A GET of any URL, with the token only if the URL is this tracker's. */
    HttpResponse<byte[]> get(URI url, Duration timeout) {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(url).timeout(timeout);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "cannot ask " + bare(url) + ": not an http URL", e);
        }
        if (base.getHost() != null && base.getHost().equals(url.getHost()) && base.getPort() == url.getPort()) {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        }
        return send(request.build(), Call.Repeat.SAFE);
    }

    URI below(String path) {
        return URI.create(base.toString().replaceAll("/+$", "") + path);
    }

    private HttpResponse<byte[]> send(HttpRequest request, Call.Repeat repeat) {
        long pause = FIRST_PAUSE_MILLIS;
        for (int attempt = 1; ; attempt++) {
            try {
                return sendOnce(request);
            } catch (IOException e) {
                boolean unsent = e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
                boolean timedOut = e instanceof HttpTimeoutException;
                boolean again = unsent || (repeat == Call.Repeat.SAFE && !timedOut);
                if (closed || !again || attempt == ATTEMPTS) {
                    throw unreachable(request, e);
                }
            }
            pause(request, pause);
            pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
        }
    }

    private HttpResponse<byte[]> sendOnce(HttpRequest request) throws IOException {
        HttpClient client = http;
        if (closed || client == null) {
            throw new IOException("closed");
        }
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        long number = nextCall.getAndIncrement();
        inFlight.put(number, response);
        try {
            if (closed) {
                response.cancel(true);
            }
            return response.get();
        } catch (InterruptedException e) {
            response.cancel(true);
            Thread.currentThread().interrupt();
            throw new ProcessFault(Kind.FAILED, "interrupted while asking the tracker at " + bare(request.uri()), e);
        } catch (CancellationException e) {
            throw new IOException("closed", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } finally {
            inFlight.remove(number);
        }
    }

    private static void pause(HttpRequest request, long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFault(Kind.FAILED, "interrupted while asking the tracker at " + bare(request.uri()), e);
        }
    }

    private static ProcessFault unreachable(HttpRequest request, IOException cause) {
        String reason = cause instanceof HttpTimeoutException
                ? "no answer within "
                        + request.timeout().map(Duration::toSeconds).orElse(0L) + " s"
                : reason(cause);
        return new ProcessFault(
                Kind.FAILED,
                "cannot reach the tracker at " + bare(request.uri()) + " (" + reason
                        + "); check --tracker and that the tracker runs",
                cause);
    }

    /** The HTTP client has no message of its own for either. */
    static String reason(IOException cause) {
        for (Throwable deeper = cause; deeper != null; deeper = deeper.getCause()) {
            if (deeper instanceof UnresolvedAddressException) {
                return "unknown host";
            }
        }
        return cause.getMessage() == null ? "connection refused" : cause.getMessage();
    }

    /** Scheme, host and port: paths and queries may hold keys. */
    static String bare(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    /** Breaks off what is under way; later calls fail. */
    @Override
    public void close() {
        closed = true;
        inFlight.values().forEach(response -> response.cancel(true));
        Object client = http;
        http = null;
        // Not shut down: what is broken off needs them for its end, without which the client's own thread would stay.
        threads.allowCoreThreadTimeOut(true);
        if (client instanceof AutoCloseable closeable) { // from Java 21 on; before, it ends when it is collected
            closeNow(closeable);
        }
    }

    private static void closeNow(AutoCloseable client) {
        try {
            client.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
