package dev.piecewise.cli;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.rehearsal.NodeRehearsal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Whether a process that stays goes through its work once before it says that it is ready. */
final class RehearsalOption {
    private static final Duration AT_MOST = Duration.ofSeconds(15);

    @Option(
            names = "--rehearse",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = {
                "Before saying ready, go once through what will be asked for, with made-up data and nobody else: the first "
                        + "request is then answered seconds sooner. Takes a second or two, 15 at most.",
                "Default: --rehearse"
            })
    private boolean rehearse = true;

    /**
     * Returns when it is over, however it went; a signal breaks it off.
     *
     * @param parent for its files, which are removed again
     */
    void rehearse(Lifetime lifetime, Path parent, Rehearsal.Script script) throws InterruptedException {
        if (rehearse) {
            Rehearsal rehearsal = lifetime.own(Rehearsal.start(parent, script));
            rehearsal.await(AT_MOST);
            rehearsal.close();
        }
    }

    /** That of a process which takes part in swarms. */
    void rehearseFetching(Lifetime lifetime, Path data) throws InterruptedException {
        rehearse(lifetime, data, directory -> {
            FetchOutcome outcome = NodeRehearsal.run(directory);
            if (!(outcome instanceof FetchOutcome.Complete)) {
                throw new IOException("it ended with " + outcome);
            }
        });
    }
}
