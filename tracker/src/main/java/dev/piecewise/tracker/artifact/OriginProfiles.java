package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The origins of a tracker, by profile and scheme. Immutable. */
public final class OriginProfiles {
    /** The profile of a request that names none. */
    public static final String DEFAULT = "default";

    private final Map<String, Profile> profiles = new LinkedHashMap<>();

    /**
     * Origins that are reached in one way, by one set of credentials.
     *
     * @param origins at most one of a scheme
     * @param allow what may be asked for: these URIs and what lies below them
     */
    public record Profile(String name, List<Origin> origins, List<ArtifactUri> allow) {
        public Profile {
            origins = List.copyOf(origins);
            allow = List.copyOf(allow);
        }

        /** @throws OriginFault USAGE if it has none of this scheme, DENIED if the URI is outside what is allowed */
        Origin originOf(ArtifactUri uri) {
            Origin origin = origin(uri.scheme())
                    .orElseThrow(() -> new OriginFault(
                            Kind.USAGE,
                            "cannot read " + uri + ": scheme '" + uri.scheme()
                                    + "' is not known to this tracker; it serves "
                                    + origins.stream().map(Origin::scheme).collect(Collectors.joining(", "))
                                    + (uri.scheme().equals("s3")
                                            ? "; start it with --allow s3://" + uri.bucket() + "/"
                                            : "")));
            if (allow.stream().noneMatch(uri::isBelow)) {
                boolean file = uri.bucket().isEmpty();
                String bucket = uri.scheme() + "://" + uri.bucket() + "/"
                        + (file ? uri.key().substring(0, uri.key().lastIndexOf('/') + 1) : "");
                throw new OriginFault(
                        Kind.DENIED,
                        uri + " is outside what this tracker may read"
                                + (name.equals(DEFAULT)
                                        ? "; start the tracker with --allow " + bucket
                                        : " by the profile '" + name + "'; add " + bucket + " to its 'allow'"));
            }
            return origin;
        }

        private Optional<Origin> origin(String scheme) {
            return origins.stream()
                    .filter(origin -> origin.scheme().equals(scheme))
                    .findFirst();
        }
    }

    /** @param profiles with distinct names; the others' names follow the default's wherever they are listed */
    public OriginProfiles(List<Profile> profiles) {
        profiles.forEach(profile -> this.profiles.put(profile.name(), profile));
    }

    /** Nothing but a default. */
    public static OriginProfiles only(List<Origin> origins, List<ArtifactUri> allow) {
        return new OriginProfiles(List.of(new Profile(DEFAULT, origins, allow)));
    }

    /** All names, the default's too. */
    List<String> names() {
        return List.copyOf(profiles.keySet());
    }

    /**
     * The profile that a request asks for.
     *
     * @param name absent or empty: the default
     * @throws OriginFault USAGE if there is no such profile; the message names those that there are
     */
    Profile named(@Nullable String name) {
        String wanted = name == null || name.isEmpty() ? DEFAULT : name;
        Profile profile = profiles.get(wanted);
        if (profile == null) {
            throw new OriginFault(
                    Kind.USAGE,
                    "this tracker has no profile '" + wanted + "'; it has " + String.join(", ", profiles.keySet()));
        }
        return profile;
    }

    /** The origin that an artifact was resolved by, if this tracker still has it. */
    Optional<Origin> origin(String profile, String scheme) {
        return Optional.ofNullable(profiles.get(profile)).flatMap(found -> found.origin(scheme));
    }
}
