package dev.piecewise.core;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a node stands, as its user labelled it: bytes within a rack are cheaper than bytes within a zone, and those than bytes between
 * zones.
 *
 * @param zone empty if it has no label; then nothing is known of its distance to anybody
 * @param rack within the zone; empty if it has no label
 */
public record Place(String zone, String rack) {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._-]{0,64}");

    /** No labels. */
    public static final Place UNKNOWN = new Place("", "");

    /** From one node to another. */
    public enum Distance {
        SAME_RACK,
        /** Of different racks, or of racks without labels. */
        SAME_ZONE,
        OTHER_ZONE,
        /** One of the two has no zone. */
        UNKNOWN;

        /** For people: {@code same rack}. */
        public String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** @throws IllegalArgumentException if these are no labels */
    public Place {
        if (!LABEL.matcher(zone).matches() || !LABEL.matcher(rack).matches()) {
            throw new IllegalArgumentException(
                    "a label of a zone or rack is up to 64 letters, digits, '.', '_' and '-'");
        }
        if (zone.isEmpty() && !rack.isEmpty()) {
            throw new IllegalArgumentException("a rack stands in a zone: give the zone, too");
        }
    }

    /** How far away another node is. */
    public Distance to(Place other) {
        if (zone.isEmpty() || other.zone.isEmpty()) {
            return Distance.UNKNOWN;
        }
        if (!zone.equals(other.zone)) {
            return Distance.OTHER_ZONE;
        }
        return !rack.isEmpty() && rack.equals(other.rack) ? Distance.SAME_RACK : Distance.SAME_ZONE;
    }
}
