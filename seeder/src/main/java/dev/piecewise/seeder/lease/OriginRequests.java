package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Sends signed reads as they are and judges the answer's head. URLs are secrets: no message here holds one. The bytes are read
 * on the thread that wants them, by Apache's blocking client: the JDK's passes them through two more threads and several lists
 * of small buffers, which costs more than to hash them.
 */
final class OriginRequests implements AutoCloseable {
    /** No status of HTTP: this process is not set up for that origin. */
    static final int NOT_FROM_HERE = -1;

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int PRECONDITION_FAILED = 412;

    private static final TimeValue UNUSED_FOR = TimeValue.ofSeconds(30);
    /** A connection that was unused for longer is asked whether it still is one, before a read is sent on it. */
    private static final TimeValue TRUSTED_FOR = TimeValue.ofMilliseconds(100);

    private final CloseableHttpClient http;

    /** An answer outside 2xx. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final Duration retryAfter;

        Refused(int status, String message) {
            this(status, message, Duration.ZERO);
        }

        Refused(int status, String message, Duration retryAfter) {
            super(message);
            this.status = status;
            this.retryAfter = retryAfter;
        }

        int status() {
            return status;
        }

        /** How long the server wants to be left alone, zero if it does not say. */
        Duration retryAfter() {
            return retryAfter;
        }
    }

    OriginRequests(OriginSettings settings) {
        this(settings, trust());
    }

    OriginRequests(OriginSettings settings, SSLContext trust) {
        int connections = settings.leases();
        Timeout connect = Timeout.of(settings.connectTimeout());
        Timeout silence = Timeout.of(settings.silence());
        PoolingHttpClientConnectionManager pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(trust))
                .setDefaultSocketConfig(
                        SocketConfig.custom().setSoTimeout(silence).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(silence)
                        .setIdleTimeout(Timeout.of(UNUSED_FOR.toDuration()))
                        .setValidateAfterInactivity(TRUSTED_FOR)
                        .build())
                .build();
        // Nothing is added to the request or done about the answer: the bytes must be those that were signed for.
        // What to do about a refusal is decided by LeaseBytes.
        http = HttpClientBuilder.create()
                .setConnectionManager(pool)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(silence)
                        .setResponseTimeout(silence)
                        .setAuthenticationEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .setProxySelector(ProxySelector.getDefault())
                .setUserAgent("piecewise")
                .disableContentCompression()
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    /** That of the process, as every other client in it uses. */
    private static SSLContext trust() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has TLS; check javax.net.ssl.trustStore", e);
        }
    }

    /**
     * Sends a read; gives its body, positioned at its first byte, which ends by itself after the last byte or breaks.
     *
     * @throws IOException if the connection failed: worth another attempt
     * @throws Refused if the answer was not the bytes
     * @throws OriginFault if the server sends other bytes than asked for
     */
    OriginBody open(SignedRead read, LeaseLife life)
            throws IOException, Refused, LeaseLife.Ended, InterruptedException {
        HttpGet request = request(read);
        life.onStop(request::cancel);
        boolean wanted = false;
        try {
            ClassicHttpResponse response = http.executeOpen(null, request, null);
            life.check();
            long leading = check(response, read);
            HttpEntity entity = response.getEntity();
            if (entity == null) {
                throw new IOException("an answer without a body");
            }
            OriginBody body = new OriginBody(entity.getContent(), request::cancel, leading);
            wanted = true;
            return body;
        } catch (IOException | IllegalStateException e) {
            // The latter is what the client says once it is closed.
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            life.check();
            throw new IOException(reason(e), e);
        } finally {
            if (!wanted) {
                request.cancel();
            }
        }
    }

    private static HttpGet request(SignedRead read) throws IOException {
        try {
            HttpGet request = new HttpGet(URI.create(read.url()));
            read.headers().forEach((name, value) -> {
                if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                    request.setHeader(name, value);
                }
            });
            return request;
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

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** Gives how many bytes come before those that are wanted. */
    private static long check(ClassicHttpResponse response, SignedRead read) throws Refused {
        int status = response.getCode();
        boolean ranged = asked(read, HttpHeaders.RANGE).isPresent();
        if (status == PARTIAL && ranged) {
            Header range = response.getFirstHeader(HttpHeaders.CONTENT_RANGE);
            String expected = "bytes " + read.firstByte() + "-" + read.lastByte() + "/";
            if (range == null || !range.getValue().startsWith(expected)) {
                throw new OriginFault(
                        Kind.FAILED,
                        read + ": the server sent '" + (range == null ? "" : range.getValue())
                                + "'; check that it is S3 compatible");
            }
            return 0;
        } else if (status == OK && ranged) {
            long length = lengthOf(response);
            if (read.firstByte() != 0 || length != read.lastByte() + 1) {
                throw new OriginFault(
                        Kind.FAILED,
                        describe(read) + ": the server ignores Range (it answered 200 with "
                                + (length < 0 ? "bytes of unknown number" : length + " bytes")
                                + "); check that it, and any proxy before it, supports Range requests");
            }
            return 0;
        } else if (status == OK) {
            checkWhole(response, read);
            return read.firstByte();
        }
        throw new Refused(status, describe(read) + ": HTTP " + status, retryAfter(response));
    }

    /** Where the server was not asked for a range it need not heed a condition either: its answer says what version it is of. */
    private static void checkWhole(ClassicHttpResponse response, SignedRead read) throws Refused {
        long length = lengthOf(response);
        if (differs(response, HttpHeaders.ETAG, asked(read, HttpHeaders.IF_MATCH))
                || differs(response, HttpHeaders.LAST_MODIFIED, asked(read, HttpHeaders.IF_UNMODIFIED_SINCE))
                || (length >= 0 && length <= read.lastByte())) {
            throw new Refused(PRECONDITION_FAILED, describe(read) + ": the server sends another version");
        }
    }

    private static boolean differs(ClassicHttpResponse response, String name, Optional<String> wanted) {
        Header sent = response.getFirstHeader(name);
        return wanted.isPresent() && (sent == null || !sent.getValue().equals(wanted.get()));
    }

    private static Optional<String> asked(SignedRead read, String name) {
        return read.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static long lengthOf(ClassicHttpResponse response) {
        HttpEntity entity = response.getEntity();
        return entity == null ? 0 : entity.getContentLength();
    }

    /** RFC 9110, 10.2.3: seconds, or a date, which is taken by the server's own clock. */
    private static Duration retryAfter(ClassicHttpResponse response) {
        Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        if (header == null) {
            return Duration.ZERO;
        }
        String text = header.getValue().strip();
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        Header now = response.getFirstHeader(HttpHeaders.DATE);
        Instant then = DateUtils.parseStandardDate(text);
        Instant sent = now == null ? null : DateUtils.parseStandardDate(now.getValue());
        return then == null || sent == null || then.isBefore(sent) ? Duration.ZERO : Duration.between(sent, then);
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
    }
}
