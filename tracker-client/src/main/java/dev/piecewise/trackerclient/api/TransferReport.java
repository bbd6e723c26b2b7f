package dev.piecewise.trackerclient.api;

import org.jspecify.annotations.Nullable;

/**
 * What a process says of its own part in one artifact since it took it up; it comes along with holdings and heartbeats. Clocks
 * differ, so all times are durations. <em>Moving</em> are the seconds in which bytes of the artifact were received, written or
 * sent here.
 *
 * @param askedSecondsAgo since somebody first asked for it here; {@code null} if nobody did, as of a seeder
 * @param tookSeconds from then until every piece was here, 0 if it was before; {@code null} while pieces are missing
 * @param gaveUp whether it is fetched no longer, though pieces are missing
 * @param receivedBytes payload from peers that was new
 * @param sentBytes payload to peers
 * @param duplicateBytes payload from peers in vain: there already, or wanted no more
 * @param refusedBytes of {@code receivedBytes}, pieces that did not match their hash
 * @param peakReceived best rate of receiving from peers over a second, bytes per second
 * @param peakSent likewise of sending
 * @param movingSeconds see above
 * @param cpuShare of the processors that this process may use, how much it used while moving, 0 to 1
 * @param machineShare how busy all processors of the machine were meanwhile, whoever used them; {@code null} if not known
 * @param diskShare of the moving seconds, how many had a write under way, 0 to 1
 * @param download the speed of its link towards it; {@code null} if not known
 * @param upload likewise away from it
 * @param fromPlaces payload from peers, in vain or not, by how far away they were; {@code null} if none came from a known distance
 */
public record TransferReport(
        @Nullable Double askedSecondsAgo,
        @Nullable Double tookSeconds,
        boolean gaveUp,
        long receivedBytes,
        long sentBytes,
        long duplicateBytes,
        long refusedBytes,
        long peakReceived,
        long peakSent,
        double movingSeconds,
        double cpuShare,
        @Nullable Double machineShare,
        double diskShare,
        @Nullable LinkRate download,
        @Nullable LinkRate upload,
        @Nullable FromPlaces fromPlaces) {
    private static final double LONGEST_SECONDS = 1e9;

    /** @throws IllegalArgumentException if a number makes no sense */
    public TransferReport {
        boolean sane = isDuration(askedSecondsAgo)
                && isDuration(tookSeconds)
                && isDuration(movingSeconds)
                && isShare(cpuShare)
                && isShare(machineShare)
                && isShare(diskShare)
                && receivedBytes >= 0
                && sentBytes >= 0
                && duplicateBytes >= 0
                && refusedBytes >= 0
                && peakReceived >= 0
                && peakSent >= 0;
        if (!sane) {
            throw new IllegalArgumentException("a transfer's durations, shares and bytes are not negative");
        }
    }

    /**
     * Bytes by the distance that they came; what came from processes without labels is in none of these.
     *
     * @param sameZone but not of the same rack, as far as is known
     */
    public record FromPlaces(long sameRack, long sameZone, long otherZone) {
        /** @throws IllegalArgumentException if a number makes no sense */
        public FromPlaces {
            if (sameRack < 0 || sameZone < 0 || otherZone < 0) {
                throw new IllegalArgumentException("received bytes are not negative");
            }
        }

        /** Both together. */
        public FromPlaces plus(FromPlaces more) {
            return new FromPlaces(sameRack + more.sameRack, sameZone + more.sameZone, otherZone + more.otherZone);
        }
    }

    private static boolean isDuration(@Nullable Double seconds) {
        return seconds == null || (seconds >= 0 && seconds <= LONGEST_SECONDS);
    }

    private static boolean isShare(@Nullable Double share) {
        return share == null || (share >= 0 && share <= 1);
    }

    /**
     * @param bytesPerSecond more than 0
     * @param basis {@link #LIMIT} or {@link #LINK}
     */
    public record LinkRate(long bytesPerSecond, String basis) {
        /** {@code basis}: the user's limit. */
        public static final String LIMIT = "limit";

        /** {@code basis}: what the system says of the network interface. */
        public static final String LINK = "link";

        /** @throws IllegalArgumentException if it is no rate */
        public LinkRate {
            if (bytesPerSecond <= 0 || !(LIMIT.equals(basis) || LINK.equals(basis))) {
                throw new IllegalArgumentException("a link has a rate, and it is known whose word that is");
            }
        }
    }
}
