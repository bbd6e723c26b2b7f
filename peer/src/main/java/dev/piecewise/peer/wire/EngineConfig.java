package dev.piecewise.peer.wire;

import dev.piecewise.core.Place;
import java.net.InetAddress;
import java.time.Duration;

/**
 * How the engine listens, and its limits.
 *
 * @param listen the address to accept and make connections on; the wildcard address for all
 * @param port of all torrents; 0 for any free one
 * @param searchInterval between two announces while pieces are wanted and peers are few
 * @param limits of the process and of each torrent
 * @param threads how the work is shared out
 * @param place where this process stands
 */
public record EngineConfig(
        InetAddress listen, int port, Duration searchInterval, Limits limits, Threads threads, Place place) {
    public EngineConfig {
        if (port < 0 || port > 65_535 || searchInterval.isNegative()) {
            throw new IllegalArgumentException("a port from 0 to 65535 is needed, not " + port);
        }
    }

    /**
     * What the engine and who downloads by it may use; rates in bytes per second, 0 for no limit.
     *
     * @param maxPeers connections per torrent, those of callers included; three eighths of them are called, see {@link
     *     dev.piecewise.peer.schedule.Neighbourhood.Size}
     * @param uploadSlots peers per torrent that are sent blocks at a time, of many peers fewer; 0 for all who want some
     * @param uploadRate of the process
     * @param downloadRate of the process
     * @param torrentUploadRate of each torrent
     * @param torrentDownloadRate of each torrent
     * @param bufferBytes received bytes that wait to be written
     * @param downloads at a time of this process; 0 for all that are asked for. Kept by who asks for them, not by the engine
     */
    public record Limits(
            int maxPeers,
            int uploadSlots,
            long uploadRate,
            long downloadRate,
            long torrentUploadRate,
            long torrentDownloadRate,
            int bufferBytes,
            int downloads) {
        public Limits {
            if (maxPeers < 1
                    || uploadSlots < 0
                    || downloads < 0
                    || uploadRate < 0
                    || downloadRate < 0
                    || torrentUploadRate < 0
                    || torrentDownloadRate < 0
                    || bufferBytes < BufferPool.BUFFER_BYTES) {
                throw new IllegalArgumentException(
                        "at least one peer and one buffer are needed, and no negative limit");
            }
        }

        /** 55 peers a torrent, of which 8 are sent blocks at a time, 32 MiB of buffers, nothing else limited. */
        public static Limits usual() {
            return new Limits(55, 8, 0, 0, 0, 0, 32 << 20, 0);
        }

        /** The same with other numbers of peers. */
        public Limits withPeers(int newMaxPeers, int newUploadSlots) {
            return new Limits(
                    newMaxPeers,
                    newUploadSlots,
                    uploadRate,
                    downloadRate,
                    torrentUploadRate,
                    torrentDownloadRate,
                    bufferBytes,
                    downloads);
        }

        /** The same with other rates of the process. */
        public Limits withRates(long upload, long download) {
            return new Limits(
                    maxPeers,
                    uploadSlots,
                    upload,
                    download,
                    torrentUploadRate,
                    torrentDownloadRate,
                    bufferBytes,
                    downloads);
        }

        /** The same with another number of downloads at a time. */
        public Limits withDownloads(int newDownloads) {
            return new Limits(
                    maxPeers,
                    uploadSlots,
                    uploadRate,
                    downloadRate,
                    torrentUploadRate,
                    torrentDownloadRate,
                    bufferBytes,
                    newDownloads);
        }

        /** The same with other rates of each torrent. */
        public Limits withTorrentRates(long upload, long download) {
            return new Limits(
                    maxPeers, uploadSlots, uploadRate, downloadRate, upload, download, bufferBytes, downloads);
        }
    }

    /**
     * @param network threads that own sockets; each torrent belongs to one
     * @param workers threads that hash, write, read and send
     */
    public record Threads(int network, int workers) {
        public Threads {
            if (network < 1 || workers < 1) {
                throw new IllegalArgumentException("at least one thread of each kind is needed");
            }
        }

        /** A network thread for two processors, and a worker more than processors: one torrent never has them all. */
        public static Threads forProcessors(int processors) {
            return new Threads(Math.max(1, processors / 2), processors + 1);
        }
    }

    /** Any free port of the loopback interface, no limits, all processors. */
    public static EngineConfig defaults() {
        return new EngineConfig(
                InetAddress.getLoopbackAddress(),
                0,
                Duration.ofSeconds(2),
                Limits.usual(),
                Threads.forProcessors(Runtime.getRuntime().availableProcessors()),
                Place.UNKNOWN);
    }

    /** The same on another address. */
    public EngineConfig at(InetAddress newListen, int newPort) {
        return new EngineConfig(newListen, newPort, searchInterval, limits, threads, place);
    }

    /** The same with another search interval. */
    public EngineConfig searchingEvery(Duration interval) {
        return new EngineConfig(listen, port, interval, limits, threads, place);
    }

    /** The same with other limits. */
    public EngineConfig within(Limits newLimits) {
        return new EngineConfig(listen, port, searchInterval, newLimits, threads, place);
    }

    /** The same at another place. */
    public EngineConfig standing(Place newPlace) {
        return new EngineConfig(listen, port, searchInterval, limits, threads, newPlace);
    }
}
