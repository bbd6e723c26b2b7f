package dev.piecewise.tracker.distribution;

import dev.piecewise.core.ByteSize;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Distribution.Term;
import dev.piecewise.trackerclient.api.TransferReport.LinkRate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The terms of T*: for each limit, how long the distribution would have taken if that alone had limited it.
 *
 * <p>A link whose speed is known (a limit, a network card) gives the fluid bound, size / speed. Where it is not known, the best
 * rate that was seen stands in: then the term is no less than the true one, and proves nothing. Disk and processors give the time
 * that they were at work for it.
 */
final class Bounds {
    static final String ORIGIN = "origin";
    static final String SEEDER = "seeder";
    static final String NODE_LINK = "node link";
    static final String DISK = "disk";
    static final String CPU = "cpu";

    private static final String SEEN = "seen";
    private static final String MEASURED = "measured";

    private final long totalBytes;
    private final double start;
    private final double end;
    private final List<Taker> fetching;
    private final List<Taker> sources;
    private final List<Taker> workers;

    /**
     * @param start of the distribution, in seconds on any clock
     * @param fetching those that fetch in it
     * @param sources those that had, or read, what the others fetch
     * @param workers those whose disks and processors worked for this distribution alone
     */
    Bounds(long totalBytes, double start, double end, List<Taker> fetching, List<Taker> sources, List<Taker> workers) {
        this.totalBytes = totalBytes;
        this.start = start;
        this.end = end;
        this.fetching = fetching;
        this.sources = sources;
        this.workers = workers;
    }

    /** The largest first, the unknown last. */
    List<Term> terms(List<Reading> readings) {
        List<Term> terms = new ArrayList<>();
        origin(readings).ifPresent(terms::add);
        terms.add(seeder());
        terms.add(slowestLink());
        allUploads().ifPresent(terms::add);
        terms.add(busiest(DISK, taker -> taker.report().diskShare(), "writes under way"));
        terms.add(busiest(CPU, Taker::cpuShare, "processors busy"));
        terms.sort(Comparator.comparingDouble(term -> -seconds(term)));
        return terms;
    }

    private static double seconds(Term term) {
        Double seconds = term.seconds();
        return seconds == null ? -1 : seconds;
    }

    /** Nothing, if nothing was read meanwhile. */
    private Optional<Term> origin(List<Reading> readings) {
        double within = 0;
        double length = 0;
        long bytes = 0;
        for (Reading reading : readings) {
            if (reading.within(start, end) > 0) {
                within += reading.within(start, end);
                length += reading.to() - reading.from();
                bytes += reading.bytes();
            }
        }
        if (within == 0) {
            return Optional.empty();
        }
        long rate = Math.round(bytes / length);
        return Optional.of(
                new Term(ORIGIN, within, rate, SEEN, null, null, "leases were out; " + rate(rate) + " read meanwhile"));
    }

    /** Every byte leaves those who had it at least once. */
    private Term seeder() {
        if (sources.isEmpty()) {
            return unknown(SEEDER, "nobody who had it reported");
        }
        String whose = sources.size() == 1 ? sources.get(0).who().text() : sources.size() + " together";
        Optional<Long> known = sum(sources, Taker::upload);
        String only = sources.size() == 1 ? sources.get(0).who().nodeId() : null;
        if (known.isPresent()) {
            return link(SEEDER, known.get(), basis(sources, Taker::upload), only, "upload of " + whose);
        }
        long seen =
                sources.stream().mapToLong(taker -> taker.report().peakSent()).sum();
        return seen(SEEDER, seen, only, "upload of " + whose);
    }

    private Term slowestLink() {
        return fetching.stream()
                .map(this::download)
                .max(Comparator.comparingDouble(Bounds::seconds))
                .orElseGet(() -> unknown(NODE_LINK, "nobody fetches"));
    }

    private Term download(Taker taker) {
        String text = "download of " + taker.who().text();
        Optional<LinkRate> known = taker.download();
        return known.isPresent()
                ? link(
                        NODE_LINK,
                        known.get().bytesPerSecond(),
                        known.get().basis(),
                        taker.who().nodeId(),
                        text)
                : seen(NODE_LINK, taker.report().peakReceived(), taker.who().nodeId(), text);
    }

    /** What all nodes receive, somebody sends: known if all links are. */
    private Optional<Term> allUploads() {
        List<Taker> all = new ArrayList<>(fetching);
        all.addAll(sources);
        return sum(all, Taker::upload).filter(rate -> !fetching.isEmpty()).map(rate -> {
            double needed = (double) totalBytes * fetching.size() / rate;
            return new Term(
                    NODE_LINK,
                    needed,
                    rate,
                    basis(all, Taker::upload),
                    null,
                    null,
                    "uploads of all " + all.size() + " together, which send it " + fetching.size() + " times: "
                            + rate(rate));
        });
    }

    private Term busiest(String limit, ToDoubleFunction<Taker> share, String what) {
        ToDoubleFunction<Taker> needed = taker -> share.applyAsDouble(taker) * moving(taker);
        // One that had no pause is told before one that was busy longer.
        Comparator<Taker> order = Comparator.<Taker, Boolean>comparing(
                        taker -> isGround(limit, taker) && needed.applyAsDouble(taker) * 2 > end - start)
                .thenComparingDouble(needed);
        Optional<Taker> busiest = workers.stream().max(order).filter(taker -> moving(taker) > 0);
        return busiest.map(taker -> new Term(
                        limit,
                        needed.applyAsDouble(taker),
                        null,
                        MEASURED,
                        share.applyAsDouble(taker),
                        taker.who().nodeId(),
                        String.format(
                                Locale.ROOT,
                                "%s %.0f %% of %.2f s at %s",
                                what,
                                100 * share.applyAsDouble(taker),
                                moving(taker),
                                taker.who().text())))
                .orElseGet(() -> unknown(limit, "nothing moved that was reported"));
    }

    private static boolean isGround(String limit, Taker taker) {
        return limit.equals(DISK) ? taker.isHeldUpByDisk() : taker.cpuShare() >= Taker.BUSY;
    }

    private double moving(Taker taker) {
        return Math.min(taker.report().movingSeconds(), end - start);
    }

    /** Whether a term is a fact that can have held the distribution up, and not merely what was seen. */
    boolean isGround(Term term) {
        if (term.seconds() == null) {
            return false;
        }
        return switch (term.limit()) {
            case ORIGIN -> true;
            case DISK, CPU ->
                workers.stream()
                        .anyMatch(taker -> taker.who().nodeId().equals(term.nodeId()) && isGround(term.limit(), taker));
            default -> !term.basis().equals(SEEN);
        };
    }

    private Term link(String limit, long rate, String basis, @Nullable String nodeId, String what) {
        String word = basis.equals(LinkRate.LIMIT) ? "limited to " : "a link of ";
        return new Term(limit, (double) totalBytes / rate, rate, basis, null, nodeId, what + ": " + word + rate(rate));
    }

    private Term seen(String limit, long rate, @Nullable String nodeId, String what) {
        if (rate == 0) {
            return new Term(
                    limit, null, null, Distribution.UNKNOWN, null, nodeId, what + ": its speed is not known, nor seen");
        }
        double seconds = Math.min((double) totalBytes / rate, end - start);
        return new Term(
                limit,
                seconds,
                rate,
                SEEN,
                null,
                nodeId,
                what + ": " + rate(rate) + " at best, its speed is not known");
    }

    private static Term unknown(String limit, String why) {
        return new Term(limit, null, null, Distribution.UNKNOWN, null, null, why);
    }

    private static Optional<Long> sum(Collection<Taker> takers, Function<Taker, Optional<LinkRate>> link) {
        ToLongFunction<Taker> rate =
                taker -> link.apply(taker).map(LinkRate::bytesPerSecond).orElse(0L);
        boolean known = takers.stream().allMatch(taker -> link.apply(taker).isPresent());
        return known ? Optional.of(takers.stream().mapToLong(rate).sum()) : Optional.empty();
    }

    private static String basis(Collection<Taker> takers, Function<Taker, Optional<LinkRate>> link) {
        boolean limited = takers.stream()
                .flatMap(taker -> link.apply(taker).stream())
                .anyMatch(rate -> rate.basis().equals(LinkRate.LIMIT));
        return limited ? LinkRate.LIMIT : LinkRate.LINK;
    }

    static String rate(long bytesPerSecond) {
        return ByteSize.format(bytesPerSecond) + "/s";
    }
}
