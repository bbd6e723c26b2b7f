package dev.piecewise.core;

import java.util.Locale;

/**
 * What a user asks for: {@code s3://bucket/key} is an object, {@code s3://bucket/prefix/} (or {@code s3://bucket/}) all
 * keys below a prefix. The key is taken literally: nothing is percent-decoded, {@code ?} and {@code #} are part of it; only
 * the components {@code .} and {@code ..} are refused. {@code file:///path} is a file, {@code file:///path/} all files below a
 * directory.
 *
 * @param scheme lower case, for example {@code s3}
 * @param bucket bucket or host; empty for {@code file}
 * @param key key or prefix, possibly empty; of {@code file} the path without its first slash
 */
public record ArtifactUri(String scheme, String bucket, String key) {
    private static final String FILE = "file";

    /** @throws IllegalArgumentException with a message for the user */
    public static ArtifactUri parse(String text) {
        int colon = text.indexOf("://");
        if (colon <= 0 || !text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            throw new IllegalArgumentException("'" + text + "' is not a URI; write for example s3://bucket/key");
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 3);
        int slash = rest.indexOf('/');
        boolean file = scheme.equals(FILE);
        if (file && slash != 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' names a host; a file is written with its absolute path, file:///directory/file");
        } else if (!file && slash <= 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' names no bucket and key; write for example " + scheme + "://bucket/key");
        }
        String key = rest.substring(slash + 1);
        // A store on a file system may follow them, out of what is allowed.
        for (String component : key.split("/", -1)) {
            if (component.equals(".") || component.equals("..")) {
                throw new IllegalArgumentException("'" + text + "' has the component '" + component
                        + "', by which some stores understand another key; name the key itself");
            }
        }
        return new ArtifactUri(scheme, rest.substring(0, slash), key);
    }

    /** Whether this names all keys below a prefix and not one object. */
    public boolean isPrefix() {
        return key.isEmpty() || key.endsWith("/");
    }

    /**
     * The torrent's {@code name}: the last component of key or prefix, which may be one that {@link FilePath} refuses; of the
     * whole bucket the bucket.
     */
    public String name() {
        if (key.isEmpty()) {
            return bucket;
        }
        String trimmed = isPrefix() ? key.substring(0, key.length() - 1) : key;
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    /** Whether this lies at or below {@code allowed}, compared whole component by whole component. */
    public boolean isBelow(ArtifactUri allowed) {
        return scheme.equals(allowed.scheme)
                && bucket.equals(allowed.bucket)
                && (allowed.isPrefix()
                        ? key.startsWith(allowed.key)
                        : key.equals(allowed.key) || key.startsWith(allowed.key + "/"));
    }

    @Override
    public String toString() {
        return scheme + "://" + bucket + "/" + key;
    }
}
