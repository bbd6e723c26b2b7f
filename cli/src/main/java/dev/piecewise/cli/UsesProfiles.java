package dev.piecewise.cli;

import dev.piecewise.tracker.ProfileConfig;
import java.util.List;

/** A command that needs the profiles of the configuration file, which no option can say. */
interface UsesProfiles {
    /** Called before the command, if there is a configuration. */
    void profiles(List<ProfileConfig> profiles);
}
