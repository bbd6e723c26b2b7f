package dev.piecewise.seeder;

import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import dev.piecewise.core.fault.PiecewiseFault;

/** Starts a seeder within this process. */
public final class SeederMain {
    private SeederMain() {}

    /**
     * Returns once it works. A tracker that cannot be reached yet is waited for, in the background.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the data directory is in use or unusable, the port is taken, or the
     *     tracker refuses the token
     */
    public static Seeder start(SeederConfig config) {
        Resources resources = new Resources();
        try {
            Seeder seeder =
                    Guice.createInjector(new SeederModule(config, resources)).getInstance(Seeder.class);
            seeder.start();
            return seeder;
        } catch (ProvisionException e) {
            resources.close();
            if (e.getCause() instanceof PiecewiseFault fault) {
                throw fault;
            }
            throw e;
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }
}
