package dev.piecewise.cli.config;

import dev.piecewise.torrentbuilder.s3.S3Profile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What the file says of a profile, below {@code profiles.NAME}. A new one is a line here, and its use in {@link Profiles}.
 */
enum ProfileKey {
    ENDPOINT(ValueType.URL, "the SDK's: AWS_ENDPOINT_URL, else AWS itself", "Where the S3 is."),
    REGION(ValueType.TEXT, "the SDK's: AWS_REGION, shared files", "Its region."),
    PATH_STYLE(
            ValueType.FLAG,
            "true with an endpoint, else false",
            "Whether buckets are path components; if not, they are host names."),
    ACCESS_KEY_ID(
            ValueType.SECRET,
            "none",
            "Keys, both or none of them. Without keys, shared profile and role the SDK's chain finds some."),
    SECRET_ACCESS_KEY(ValueType.SECRET, "none", "Keep a file with keys in it to the tracker's user: chmod 600."),
    SESSION_TOKEN(ValueType.SECRET, "none", "Of temporary keys."),
    SHARED_PROFILE(ValueType.TEXT, "none", "A profile of ~/.aws/config and ~/.aws/credentials, instead of keys."),
    ROLE_ARN(ValueType.TEXT, "none", "A role to assume by web identity, instead of keys; needs its token."),
    WEB_IDENTITY_TOKEN_FILE(ValueType.PATH, "none", "The file with the token of that role."),
    CA_FILE(ValueType.PATH, "Java's authorities", "Certificates (PEM) of the authorities to trust, and no others."),
    PROXY(ValueType.URL, "the environment's", "The HTTP proxy to ask through."),
    CONNECT_TIMEOUT(ValueType.DURATION, S3Profile.CONNECT_TIMEOUT.toSeconds() + "s", "For a connection."),
    READ_TIMEOUT(ValueType.DURATION, S3Profile.READ_TIMEOUT.toSeconds() + "s", "For the next bytes of an answer."),
    CALL_TIMEOUT(ValueType.DURATION, S3Profile.CALL_TIMEOUT.toSeconds() + "s", "For a call with all its retries."),
    ALLOW(ValueType.ORIGINS, "nothing is served", "What may be asked for. Of the default profile it is tracker.allow.");

    private final ValueType type;
    private final String otherwise;
    private final String explained;

    ProfileKey(ValueType type, String otherwise, String explained) {
        this.type = type;
        this.otherwise = otherwise;
        this.explained = explained;
    }

    static Optional<ProfileKey> of(String word) {
        return Arrays.stream(values()).filter(key -> key.word().equals(word)).findFirst();
    }

    /** Its key in the file. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    ValueType type() {
        return type;
    }

    /** Whether the default can be written as it is. */
    boolean hasDefault() {
        return type == ValueType.DURATION;
    }

    /** The default, as it is written or in words. */
    String otherwise() {
        return otherwise;
    }

    /** For people. */
    String explained() {
        return explained;
    }
}
