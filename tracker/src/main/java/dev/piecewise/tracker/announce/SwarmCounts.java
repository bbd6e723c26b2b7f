package dev.piecewise.tracker.announce;

/**
 * @param seeds peers with nothing left to download
 * @param leeches the others
 * @param completed downloads finished since the tracker started
 * @param stockSeeds of the seeds, those that are not nodes of ours
 * @param stockLeeches of the leeches, likewise
 */
public record SwarmCounts(int seeds, int leeches, int completed, int stockSeeds, int stockLeeches) {
    /** Of a swarm that nobody is in. */
    public static final SwarmCounts NONE = new SwarmCounts(0, 0, 0, 0, 0);
}
