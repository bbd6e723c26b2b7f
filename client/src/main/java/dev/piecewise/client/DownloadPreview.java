package dev.piecewise.client;

import dev.piecewise.client.request.DownloadRequest;
import java.util.Optional;

/**
 * What a request would fetch now.
 *
 * @param found absent if it cannot be fetched
 * @param problem why it cannot be fetched; never {@link FetchOutcome.Complete}
 */
public record DownloadPreview(DownloadRequest request, Optional<Found> found, Optional<FetchOutcome> problem) {
    /**
     * What stands at the origin, and here.
     *
     * @param version hexadecimal; names what stands at the origin
     * @param totalBytes sum of the files' sizes
     * @param fileCount how many files
     * @param pieceBytes the piece length that it has, or would get
     * @param pieceCount how many pieces that makes
     * @param presence how it stands at the destination
     */
    public record Found(
            String version, long totalBytes, int fileCount, int pieceBytes, int pieceCount, Presence presence) {}

    /** How what is wanted stands at its destination. In the order of what there is left to do. */
    public enum Presence {
        /** All of it is there. */
        UP_TO_DATE("up to date"),
        /**
         * Files of the right sizes are there, but nothing tells whether they are equal: no record says so, and they were not to be
         * read, or the cluster has not read the object yet.
         */
        NOT_COMPARED("perhaps"),
        /** Some files are there, others are not. */
        INCOMPLETE("incomplete"),
        /** Nothing of it is there. */
        ABSENT("absent"),
        /** Something else is there. */
        DIFFERENT("different");

        private final String word;

        Presence(String word) {
            this.word = word;
        }

        /** For people. */
        public String word() {
            return word;
        }
    }

    static DownloadPreview of(DownloadRequest request, Found found) {
        return new DownloadPreview(request, Optional.of(found), Optional.empty());
    }

    static DownloadPreview of(DownloadRequest request, FetchOutcome problem) {
        return new DownloadPreview(request, Optional.empty(), Optional.of(problem));
    }
}
