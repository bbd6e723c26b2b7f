package dev.piecewise.client;

import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.TrackerClient;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out, before anything moves, whether the tracker has the profiles that requests name. */
final class ProfileCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ProfileCheck.class);

    private final Supplier<List<String>> known;

    /** @param known asks the tracker */
    ProfileCheck(Supplier<List<String>> known) {
        this.known = known;
    }

    /** One that asks the tracker of a configuration; without a tracker each request fails anyway. */
    static ProfileCheck of(NodeConfig config) {
        return new ProfileCheck(() -> {
            URI tracker =
                    config.tracker().orElseThrow(() -> new ProcessFault(Kind.USAGE, "no tracker is named; name one"));
            try (TrackerClient client = new TrackerClient(tracker, config.token())) {
                return client.profiles().profiles();
            }
        });
    }

    /** @throws ProcessFault {@code USAGE} that names each unknown profile, who asks for it, and the known ones */
    void check(DownloadPlan plan, DownloadOptions options) {
        List<DownloadRequest> naming = plan.requests().stream()
                .filter(request -> profile(request, options).isPresent())
                .toList();
        if (naming.isEmpty()) {
            return;
        }
        List<String> profiles;
        try {
            profiles = known.get();
        } catch (PiecewiseFault fault) {
            LOG.debug("the tracker does not tell its profiles, each request will: {}", fault.getMessage());
            return;
        }
        String unknown = naming.stream()
                .filter(request -> !profiles.contains(profile(request, options).orElseThrow()))
                .collect(Collectors.groupingBy(
                        request -> profile(request, options).orElseThrow(),
                        Collectors.mapping(request -> request.uri().toString(), Collectors.joining(", "))))
                .entrySet()
                .stream()
                .map(entry -> "'" + entry.getKey() + "' (of " + entry.getValue() + ")")
                .sorted()
                .collect(Collectors.joining(" and "));
        if (!unknown.isEmpty()) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "the tracker has no profile " + unknown + "; it has " + String.join(", ", profiles)
                            + "; nothing was fetched");
        }
    }

    private static Optional<String> profile(DownloadRequest request, DownloadOptions options) {
        return request.profile().or(options::profile);
    }
}
