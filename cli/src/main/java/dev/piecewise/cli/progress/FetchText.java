package dev.piecewise.cli.progress;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.Received;
import dev.piecewise.core.ByteSize;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** A fetch in one line. Knows when its download began, for the rate; not thread-safe. */
public final class FetchText {
    private final LongSupplier nanoTime;
    private OptionalLong downloadNanos = OptionalLong.empty();

    /** @param nanoTime a clock as {@link System#nanoTime} */
    public FetchText(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** For example {@code downloading  [####....] 50%  256 MiB of 512 MiB, 90 MiB/s, 3 peers}. */
    public String line(FetchProgress progress) {
        return switch (progress.phase()) {
            case ASKING -> "asking the tracker";
            case METADATA -> "asking peers what the magnet link stands for";
            case READING_ORIGIN ->
                "S3 is read   " + ProgressLines.bar(bytes(progress, progress.piecesHashed()), progress.totalBytes())
                        + files(progress);
            case DOWNLOADING ->
                "downloading  "
                        + ProgressLines.bar(bytes(progress, progress.piecesHeld()), progress.totalBytes())
                        + files(progress) + rate(progress) + ", " + progress.peers()
                        + (progress.peers() == 1 ? " peer" : " peers");
            case PUBLISHING ->
                "publishing   " + ProgressLines.bar(progress.totalBytes(), progress.totalBytes()) + files(progress);
            case UNPACKING -> "unpacking    " + ProgressLines.bar(progress.bytesUnpacked(), progress.totalBytes());
        };
    }

    /**
     * What a complete fetch did, for example {@code 512 MiB; 512 MiB from peers, 0 B from S3}; with how far away the peers were, if
     * any of them and this process say where they stand.
     */
    public static String summary(FetchOutcome.Complete complete) {
        String what = complete.files().size() == 1 ? "" : complete.files().size() + " files, ";
        if (complete.unpacked().isPresent()) {
            FetchOutcome.Unpacked unpacked = complete.unpacked().get();
            what = unpacked.entries()
                    + (unpacked.entries() == 1 ? " entry, " : " entries, ")
                    + ByteSize.format(unpacked.bytes());
            if (!unpacked.now()) {
                return what + ", as it was unpacked before; nothing fetched";
            }
            what += " unpacked from ";
        }
        return what + ByteSize.format(complete.totalBytes()) + "; " + received(complete.received());
    }

    private static String received(Received received) {
        String places = received.hasPlaces()
                ? " (" + ByteSize.format(received.sameRack()) + " of the same rack, "
                        + ByteSize.format(received.sameZone()) + " elsewhere in the zone, "
                        + ByteSize.format(received.otherZone()) + " of other zones)"
                : "";
        return ByteSize.format(received.fromPeers()) + " from peers" + places + ", "
                + ByteSize.format(received.fromOrigin()) + " from S3";
    }

    private static String files(FetchProgress progress) {
        return progress.fileCount() > 1 ? " in " + progress.fileCount() + " files" : "";
    }

    private static long bytes(FetchProgress progress, int pieces) {
        return progress.pieceCount() == 0
                ? 0
                : (long) ((double) progress.totalBytes() * pieces / progress.pieceCount());
    }

    private String rate(FetchProgress progress) {
        long now = nanoTime.getAsLong();
        if (downloadNanos.isEmpty()) {
            downloadNanos = OptionalLong.of(now);
        }
        double seconds = (now - downloadNanos.getAsLong()) / 1e9;
        return seconds < 1 ? "" : ", " + ByteSize.format((long) (progress.bytesFromPeers() / seconds)) + "/s";
    }

    /** The line for the user that an outcome carries; {@code ready} for a complete one. */
    public static String message(FetchOutcome outcome) {
        if (outcome instanceof FetchOutcome.NotFound notFound) {
            return notFound.message();
        } else if (outcome instanceof FetchOutcome.Denied denied) {
            return denied.message();
        } else if (outcome instanceof FetchOutcome.Usage usage) {
            return usage.message();
        } else if (outcome instanceof FetchOutcome.Failed failed) {
            return failed.message();
        } else if (outcome instanceof FetchOutcome.Stalled stalled) {
            return stalled.message();
        }
        return "ready";
    }
}
