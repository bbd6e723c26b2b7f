package dev.piecewise.tracker.lease;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.tracker.token.SwarmKeys;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a lease. To its holder it is {@link #sealed} and carries artifact and fence, so that a report which is repeated after the
 * lease has ended, or after the tracker has restarted, is still known for what it is; and a part that only the tracker can make, so
 * that nobody reports under another one's lease.
 */
public record LeaseId(ArtifactId artifact, long fence) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-([0-9a-f]{64})-([0-9a-f]{32})");

    /** Reads what {@link #sealed} wrote; nothing if this tracker did not. */
    public static Optional<LeaseId> parse(String text, SwarmKeys keys) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        LeaseId id = new LeaseId(new ArtifactId(matcher.group(2)), Long.parseLong(matcher.group(1)));
        return keys.isSeal(matcher.group(3), id.artifact, id.fence) ? Optional.of(id) : Optional.empty();
    }

    /** What its holder, and nobody else, is to know it by. */
    public String sealed(SwarmKeys keys) {
        return this + "-" + keys.sealOf(artifact, fence);
    }

    /** For people: nothing can be done by it. */
    @Override
    public String toString() {
        return fence + "-" + artifact;
    }
}
