package dev.piecewise.trackerclient.api;

/** Whether a process reads origins. */
public enum Ingest {
    /** Never. */
    NEVER,
    /** What it fetches itself, if the cluster gains by its link. */
    AUTO,
    /** For everybody, whatever is asked for, as a seeder does. */
    ONLY
}
