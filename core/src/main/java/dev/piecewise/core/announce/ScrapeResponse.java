package dev.piecewise.core.announce;

import dev.piecewise.core.InfoHash;
import java.util.Map;

/**
 * A tracker's answer to a scrape (BEP 48).
 *
 * @param swarms what is known of each swarm asked for; unknown ones are left out
 */
public record ScrapeResponse(Map<InfoHash, Counts> swarms) {
    public ScrapeResponse {
        swarms = Map.copyOf(swarms);
    }

    /**
     * How many take part in a swarm.
     *
     * @param complete seeds
     * @param downloaded how many peers announced that they had finished
     * @param incomplete leeches
     */
    public record Counts(int complete, int downloaded, int incomplete) {}
}
