package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
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
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(10);
    /** Without a byte for so long, a connection is broken. */
    private static final Timeout SILENCE = Timeout.ofSeconds(30);

    private static final int OK = 200;
    private static final int PARTIAL = 206;

    private static final TimeValue UNUSED_FOR = TimeValue.ofSeconds(30);
    /** A connection that was unused for longer is asked whether it still is one, before a read is sent on it. */
    private static final TimeValue TRUSTED_FOR = TimeValue.ofMilliseconds(100);

    private final CloseableHttpClient http;

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

    /** @param connections how many reads are under way at once, at most */
    OriginRequests(int connections) {
        this(connections, trust());
    }

    OriginRequests(int connections, SSLContext trust) {
        PoolingHttpClientConnectionManager pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(trust))
                .setDefaultSocketConfig(
                        SocketConfig.custom().setSoTimeout(SILENCE).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT_TIMEOUT)
                        .setSocketTimeout(SILENCE)
                        .setIdleTimeout(Timeout.of(UNUSED_FOR.toDuration()))
                        .setValidateAfterInactivity(TRUSTED_FOR)
                        .build())
                .build();
        // Nothing is added to the request or done about the answer: the bytes must be those that were signed for, and
        // what
        // to do about a refusal is decided by LeaseBytes.
        http = HttpClientBuilder.create()
                .setConnectionManager(pool)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(SILENCE)
                        .setResponseTimeout(SILENCE)
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
            check(response, read);
            HttpEntity entity = response.getEntity();
            if (entity == null) {
                throw new IOException("an answer without a body");
            }
            OriginBody body = new OriginBody(entity.getContent(), request::cancel);
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

    private static void check(ClassicHttpResponse response, SignedRead read) throws Refused {
        int status = response.getCode();
        if (status == PARTIAL) {
            Header range = response.getFirstHeader("Content-Range");
            String expected = "bytes " + read.firstByte() + "-" + read.lastByte() + "/";
            if (range == null || !range.getValue().startsWith(expected)) {
                throw new OriginFault(
                        Kind.FAILED,
                        read + ": the server sent '" + (range == null ? "" : range.getValue())
                                + "'; check that it is S3 compatible");
            }
        } else if (status == OK) {
            HttpEntity entity = response.getEntity();
            long length = entity == null ? 0 : entity.getContentLength();
            if (read.firstByte() != 0 || length != read.lastByte() + 1) {
                throw new OriginFault(
                        Kind.FAILED,
                        describe(read) + ": the server ignores Range (it answered 200 with "
                                + (length < 0 ? "bytes of unknown number" : length + " bytes")
                                + "); check that it, and any proxy before it, supports Range requests");
            }
        } else {
            throw new Refused(status, describe(read) + ": HTTP " + status);
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
    }
}
