package dev.piecewise.client;

import java.util.List;

/**
 * What is to be done with a data directory.
 *
 * @param targets URIs, ids or unique beginnings of ids; of LIST and VERIFY none means everything
 * @param keepBytes of COLLECT: how much may stay
 * @param dryRun whether nothing is to be removed, only told
 */
record CacheCall(Action action, List<String> targets, long keepBytes, boolean dryRun) {
    CacheCall {
        targets = List.copyOf(targets);
    }

    enum Action {
        LIST,
        VERIFY,
        REMOVE,
        COLLECT
    }
}
