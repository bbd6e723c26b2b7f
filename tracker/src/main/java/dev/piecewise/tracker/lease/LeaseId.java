package dev.piecewise.tracker.lease;

import dev.piecewise.core.ArtifactId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a lease. It carries artifact and fence, so that a report which is repeated after the lease has ended, or after
 * the tracker has restarted, is still known for what it is.
 */
public record LeaseId(ArtifactId artifact, long fence) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-([0-9a-f]{64})");

    /** Reads what {@link #toString} wrote; nothing if it is not a lease's name. */
    public static Optional<LeaseId> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new LeaseId(new ArtifactId(matcher.group(2)), Long.parseLong(matcher.group(1))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return fence + "-" + artifact;
    }
}
