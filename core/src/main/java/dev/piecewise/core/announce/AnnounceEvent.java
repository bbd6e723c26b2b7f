package dev.piecewise.core.announce;

/** {@code event} of BEP 3; {@link #NONE} is a regular announce. */
public enum AnnounceEvent {
    NONE,
    STARTED,
    STOPPED,
    COMPLETED
}
