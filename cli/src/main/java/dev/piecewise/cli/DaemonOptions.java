package dev.piecewise.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands have in common that stay up until they are told to end. */
final class DaemonOptions {
    @Mixin
    private RehearsalOption rehearsal = new RehearsalOption();

    @Option(
            names = "--json",
            description =
                    "Print events as JSON, one a line; the first has \"event\":\"ready\", of a tracker its \"url\".")
    private boolean json;

    @Option(names = "--exit-with-stdin", hidden = true)
    private boolean exitWithStdin;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    RehearsalOption rehearsal() {
        return rehearsal;
    }

    /** Before anything is started: from here on it is logged as it should be, and ended in time. */
    Lifetime begin(Surroundings surroundings) {
        Logging.configure(verbosity, Logging.Kind.STAYS_UP);
        Lifetime lifetime = new Lifetime(surroundings);
        if (exitWithStdin) {
            lifetime.endWithStandardInput();
        }
        return lifetime;
    }

    /**
     * Says that requests are answered from now on.
     *
     * @param fields of the event, if that is asked for instead of the sentence
     */
    void ready(Surroundings surroundings, String sentence, Map<String, String> fields) {
        if (json) {
            surroundings.out().println(Json.event("ready", fields));
        } else if (!verbosity.quiet()) {
            surroundings.out().println(sentence);
        }
        surroundings.out().flush();
    }

    /**
     * The same of a process that takes part in swarms.
     *
     * @param what how the sentence begins, up to the tracker
     */
    void ready(
            Surroundings surroundings,
            String what,
            URI tracker,
            String nodeId,
            Path data,
            Optional<Integer> webSeedPort) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("node", nodeId);
        fields.put("data", data.toString());
        fields.put("tracker", tracker.toString());
        webSeedPort.ifPresent(port -> fields.put("webSeedPort", port.toString()));
        String webSeed = webSeedPort.map(port -> ", web seed on port " + port).orElse("");
        ready(surroundings, what + tracker + ", data in " + data + webSeed, fields);
    }
}
