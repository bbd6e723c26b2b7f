package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.http.WebSeedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a process serves over HTTP. */
final class WebSeedOptions {
    @Option(
            names = "--web-seed",
            paramLabel = "[HOST:]PORT",
            description = {
                "Serve the torrents' files over HTTP (BEP 19) here; the tracker names this address in the torrents.",
                "Without HOST the one of --listen; port 0 is any free one; 'off' is --no-web-seed.",
                "Default: for a seeder the first free port from 7080 to 7099, any free one beside --listen with port 0; for a node off"
            })
    private Optional<String> webSeed = Optional.empty();

    @Option(names = "--no-web-seed", description = "Serve nothing over HTTP.")
    private boolean noWebSeed;

    @Option(
            names = "--web-seed-wait",
            paramLabel = "DURATION",
            description = {
                "How long an HTTP request waits for a piece that is still to be read; then 503 and Retry-After.",
                "Default: 30s"
            })
    private String wait = "30s";

    @Option(
            names = "--web-seed-dir",
            paramLabel = "NAME=DIR",
            description = {
                "Serve the files of this directory, too, below /dirs/NAME/: read-only, no listings, no way out. Repeatable. "
                        + "Where others than this machine can ask, they need a token that the tracker knows: "
                        + "'Authorization: Bearer TOKEN' or /k/TOKEN/dirs/NAME/.",
                "Default: none"
            })
    private List<String> directories = new ArrayList<>();

    @Option(
            names = "--insecure",
            description = "Let everybody who can reach this process read the directories of --web-seed-dir.")
    private boolean insecure;

    /** What a process serves that does so unless told otherwise. */
    Optional<WebSeedConfig> onByDefault(Listen listen) {
        WebSeedConfig beside = listen.firstPort() == 0
                ? WebSeedConfig.defaults().withListen(listen.host(), 0)
                : WebSeedConfig.defaults().withHost(listen.host());
        return isOff() ? Optional.empty() : Optional.of(config(beside, listen));
    }

    /** What a process serves that does so only when told. */
    Optional<WebSeedConfig> offByDefault(Listen listen) {
        return webSeed.isEmpty() && directories.isEmpty() ? Optional.empty() : onByDefault(listen);
    }

    private boolean isOff() {
        boolean off = noWebSeed || webSeed.equals(Optional.of("off"));
        if (off && !directories.isEmpty()) {
            throw new ProcessFault(
                    Kind.USAGE, "--web-seed-dir needs the web seed that is switched off; leave one of them out");
        }
        return off;
    }

    private WebSeedConfig config(WebSeedConfig defaults, Listen listen) {
        WebSeedConfig config = webSeed.map(text -> text.indexOf(':') < 0 ? withHost(listen, text) : text)
                .map(text -> OptionValues.hostPort("--web-seed", text))
                .map(address -> defaults.withListen(address.host(), address.port()))
                .orElse(defaults)
                .withPatience(OptionValues.duration("--web-seed-wait", wait))
                .withInsecure(insecure);
        for (Map.Entry<String, Path> directory : named().entrySet()) {
            config = config.withDirectory(directory.getKey(), directory.getValue());
        }
        return config;
    }

    private static String withHost(Listen listen, String port) {
        return (listen.host().contains(":") ? "[" + listen.host() + "]" : listen.host()) + ":" + port;
    }

    private Map<String, Path> named() {
        Map<String, Path> named = new LinkedHashMap<>();
        for (String text : directories) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new ProcessFault(
                        Kind.USAGE, "--web-seed-dir: '" + text + "' is not NAME=DIR; write for example docs=/srv/docs");
            }
            if (named.put(text.substring(0, equals), Path.of(text.substring(equals + 1))) != null) {
                throw new ProcessFault(
                        Kind.USAGE, "--web-seed-dir: '" + text.substring(0, equals) + "' is given twice");
            }
        }
        return named;
    }
}
