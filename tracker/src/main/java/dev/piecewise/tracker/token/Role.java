package dev.piecewise.tracker.token;

/** What a token allows; each role includes the ones before it. */
public enum Role {
    /** Every GET but what tells of swarms that are the nodes' own. */
    READ,
    /** Everything a node does. */
    NODE,
    /** All. */
    ADMIN;

    /** Whether this role includes another. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
