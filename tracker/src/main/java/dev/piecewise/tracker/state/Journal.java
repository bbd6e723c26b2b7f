package dev.piecewise.tracker.state;

import java.util.List;
import java.util.function.Supplier;

/** Where events go that must survive a restart. Called under the lock of the state's owner. */
public interface Journal {
    /**
     * Says what the whole state is whenever the journal wants to start over; from then on events may be appended.
     *
     * @param snapshot events that build the present state from nothing; another thread may read them later, so they do not change
     */
    void begin(Supplier<List<Event>> snapshot);

    /**
     * Makes an event, which is in force already, survive the end of this process (not of the machine: nothing is synced
     * here).
     *
     * @throws dev.piecewise.core.fault.ProcessFault if it cannot be written; the next call tries to write the whole state
     */
    void append(Event event);

    /**
     * Returns when everything appended so far survives; call before acknowledging something that happened earlier.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if something could not be written and still cannot
     */
    void check();

    /** Keeps nothing. */
    static Journal none() {
        return new Journal() {
            @Override
            public void begin(Supplier<List<Event>> snapshot) {}

            @Override
            public void append(Event event) {}

            @Override
            public void check() {}
        };
    }
}
