package dev.piecewise.cli.config;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import dev.piecewise.torrentbuilder.s3.S3Profile.Credentials;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.artifact.OriginProfiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The profiles of the configuration file, by name. */
final class Profiles {
    /** The section of the file. */
    static final String SECTION = "profiles";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    private final Map<String, Map<ProfileKey, ConfiguredValue>> byName = new LinkedHashMap<>();

    static boolean isName(String word) {
        return NAME.matcher(word).matches();
    }

    void add(String name, Map<ProfileKey, ConfiguredValue> values) {
        byName.put(name, values);
    }

    /** The names; the default one first, whether the file has it or not. */
    List<String> names() {
        Map<String, Boolean> names = new LinkedHashMap<>();
        names.put(OriginProfiles.DEFAULT, true);
        byName.keySet().forEach(name -> names.put(name, true));
        return List.copyOf(names.keySet());
    }

    Optional<ConfiguredValue> value(String name, ProfileKey key) {
        return Optional.ofNullable(byName.getOrDefault(name, Map.of()).get(key));
    }

    /** What does not fit together in a profile. */
    static List<String> contradictions(String name, Map<ProfileKey, ConfiguredValue> values) {
        Map<ProfileKey, String> wrong = new EnumMap<>(ProfileKey.class);
        needs(values, ProfileKey.ACCESS_KEY_ID, ProfileKey.SECRET_ACCESS_KEY, wrong);
        needs(values, ProfileKey.SECRET_ACCESS_KEY, ProfileKey.ACCESS_KEY_ID, wrong);
        needs(values, ProfileKey.SESSION_TOKEN, ProfileKey.ACCESS_KEY_ID, wrong);
        needs(values, ProfileKey.ROLE_ARN, ProfileKey.WEB_IDENTITY_TOKEN_FILE, wrong);
        needs(values, ProfileKey.WEB_IDENTITY_TOKEN_FILE, ProfileKey.ROLE_ARN, wrong);
        List<ProfileKey> kinds = List.of(ProfileKey.ACCESS_KEY_ID, ProfileKey.SHARED_PROFILE, ProfileKey.ROLE_ARN);
        List<ProfileKey> given = kinds.stream().filter(values::containsKey).toList();
        if (given.size() > 1) {
            wrong.put(given.get(1), "cannot stand beside " + given.get(0).word() + ": choose one kind of credentials");
        }
        if (name.equals(OriginProfiles.DEFAULT) && values.containsKey(ProfileKey.ALLOW)) {
            wrong.put(ProfileKey.ALLOW, "of the default profile is tracker.allow (--allow); write it there");
        }
        return wrong.entrySet().stream()
                .map(each -> SECTION + "." + name + "." + each.getKey().word() + " " + each.getValue())
                .toList();
    }

    private static void needs(
            Map<ProfileKey, ConfiguredValue> values, ProfileKey one, ProfileKey other, Map<ProfileKey, String> wrong) {
        if (values.containsKey(one) && !values.containsKey(other)) {
            wrong.put(one, "needs " + other.word() + ", too");
        }
    }

    /** For a tracker. */
    List<ProfileConfig> configs() {
        return byName.keySet().stream()
                .map(name -> new ProfileConfig(s3(name), allow(name)))
                .toList();
    }

    private List<ArtifactUri> allow(String name) {
        return value(name, ProfileKey.ALLOW).map(ConfiguredValue::texts).orElse(List.of()).stream()
                .map(ValueType::allowed)
                .toList();
    }

    private S3Profile s3(String name) {
        S3Profile sdk = S3Profile.ofSdk(name);
        return new S3Profile(
                name,
                text(name, ProfileKey.ENDPOINT).map(ValueType::httpUrl),
                text(name, ProfileKey.REGION),
                text(name, ProfileKey.PATH_STYLE).map(Boolean::valueOf),
                credentials(name),
                text(name, ProfileKey.CA_FILE).map(Path::of),
                text(name, ProfileKey.PROXY).map(URI::create),
                duration(name, ProfileKey.CONNECT_TIMEOUT, sdk.connectTimeout()),
                duration(name, ProfileKey.READ_TIMEOUT, sdk.readTimeout()),
                duration(name, ProfileKey.CALL_TIMEOUT, sdk.callTimeout()));
    }

    private Credentials credentials(String name) {
        Optional<Credentials> keys = text(name, ProfileKey.ACCESS_KEY_ID)
                .flatMap(id -> text(name, ProfileKey.SECRET_ACCESS_KEY)
                        .map(secret -> new Credentials.Keys(id, secret, text(name, ProfileKey.SESSION_TOKEN))));
        Optional<Credentials> identity = text(name, ProfileKey.ROLE_ARN)
                .flatMap(role -> text(name, ProfileKey.WEB_IDENTITY_TOKEN_FILE)
                        .map(file -> new Credentials.WebIdentity(Path.of(file), role)));
        return keys.or(() -> text(name, ProfileKey.SHARED_PROFILE).map(Credentials.Shared::new))
                .or(() -> identity)
                .orElseGet(Credentials.Chain::new);
    }

    private Duration duration(String name, ProfileKey key, Duration otherwise) {
        return text(name, key).map(ValueType::duration).orElse(otherwise);
    }

    private Optional<String> text(String name, ProfileKey key) {
        return value(name, key).map(value -> value.texts().get(0));
    }
}
