package dev.piecewise.seeder.http;

/** What body bytes of answers go out by. */
interface Uplink {
    /** Waits until so many may go, as one limit holds for all that this process sends. */
    void await(int bytes) throws InterruptedException;

    /** They went. */
    void sent(int bytes);
}
