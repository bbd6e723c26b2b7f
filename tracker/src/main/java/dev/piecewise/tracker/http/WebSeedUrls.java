package dev.piecewise.tracker.http;

import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Base URLs that nodes name as their web seeds: checked before they are handed to others. */
final class WebSeedUrls {
    private static final int MAX_CHARS = 300;
    private static final String UNKNOWN_HOST = "0.0.0.0";

    private WebSeedUrls() {}

    /**
     * Reads {@code http://HOST:PORT}, perhaps with a path.
     *
     * @param source stands in for the host {@code 0.0.0.0}, of a node that does not know its address
     * @throws OriginFault USAGE if it is anything else
     */
    static Optional<URI> base(@Nullable String url, InetAddress source) {
        if (url == null || url.isBlank()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(url.strip().replaceAll("/+$", ""));
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && url.length() <= MAX_CHARS) {
                return Optional.of(
                        uri.getHost().equals(UNKNOWN_HOST)
                                ? new URI(uri.getScheme(), null, text(source), uri.getPort(), uri.getPath(), null, null)
                                : uri);
            }
        } catch (URISyntaxException e) {
            throw new OriginFault(Kind.USAGE, refused(url), e);
        }
        throw new OriginFault(Kind.USAGE, refused(url));
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        String bare = scope < 0 ? text : text.substring(0, scope);
        return address instanceof Inet6Address ? "[" + bare + "]" : bare;
    }

    private static String refused(String url) {
        return "'" + (url.length() <= MAX_CHARS ? url : url.substring(0, MAX_CHARS))
                + "' cannot be the address of a web seed; write http://HOST:PORT";
    }
}
