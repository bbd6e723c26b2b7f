package dev.piecewise.tracker.distribution;

import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Distribution.Part;
import dev.piecewise.trackerclient.api.Distribution.Term;
import dev.piecewise.trackerclient.api.Distribution.Waste;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From what processes reported to what held a distribution up. */
final class DistributionReport {
    /** A term explains the bound if it comes so near to it. */
    private static final double NEAR = 0.85;
    /** A limit that accounts for less of the time is not what held the distribution up. */
    private static final double LEAST_PART = 1.0 / 3;

    private static final double STRAGGLES = 1.5;
    /** Less than this behind the others is nothing. */
    private static final double LEAST_LAG_SECONDS = 0.5;

    private final String id;
    private final long totalBytes;
    private final List<Taker> takers;
    private final List<Reading> readings;
    private final double now;

    /** @param now in seconds, on the clock of {@code takers} and {@code readings} */
    DistributionReport(String id, long totalBytes, List<Taker> takers, List<Reading> readings, double now) {
        this.id = id;
        this.totalBytes = totalBytes;
        this.takers = takers;
        this.readings = readings;
        this.now = now;
    }

    Distribution distribution(long originWasted, long originReread) {
        List<Taker> all = takers.stream()
                .filter(Taker::fetches)
                .sorted(Comparator.comparingDouble(Taker::askedAt))
                .toList();
        List<Taker> fetching = latest(all);
        if (fetching.isEmpty()) {
            return new Distribution(
                    id,
                    totalBytes,
                    0,
                    0,
                    0,
                    0,
                    null,
                    null,
                    null,
                    Distribution.UNKNOWN,
                    totalBytes == 0 ? "there are no bytes to distribute" : "no node has reported that it fetches",
                    List.of(),
                    null,
                    0,
                    null,
                    List.of(),
                    waste(fetching, originWasted, originReread));
        }
        double start = fetching.get(0).askedAt();
        double end = end(fetching);
        Set<Taker> these = Collections.newSetFromMap(new IdentityHashMap<>());
        these.addAll(fetching);
        List<Taker> sources = takers.stream()
                .filter(taker -> !these.contains(taker)
                        && (!taker.gone() || taker.report().sentBytes() > 0))
                .filter(taker -> !taker.fetches() || taker.isComplete())
                .toList();
        List<Taker> workers = new ArrayList<>(fetching);
        if (all.size() == fetching.size()) {
            workers.addAll(sources); // else they were busy with earlier ones too
        }
        Bounds bounds = new Bounds(totalBytes, start, end, fetching, sources, workers);
        List<Term> terms = bounds.terms(readings);
        Verdict verdict = verdict(bounds, terms, end - start);
        Double bound = verdict.bound();
        Optional<Double> median = median(fetching);
        List<Part> parts = new ArrayList<>(fetching.stream()
                .map(taker -> fetching(taker, start, median))
                .sorted(Comparator.comparing((Part part) -> !part.straggler())
                        .thenComparing(part -> part.seconds() == null ? 0 : -part.seconds()))
                .limit(Distribution.MOST_PARTS)
                .toList());
        int stragglers = (int)
                fetching.stream().filter(taker -> straggles(taker, median)).count();
        sources.stream()
                .limit(Distribution.MOST_PARTS - parts.size())
                .map(this::source)
                .forEach(parts::add);
        return new Distribution(
                id,
                totalBytes,
                fetching.size(),
                count(fetching, true),
                count(fetching, false),
                all.size() - fetching.size(),
                end - start,
                bound,
                bound == null || bound == 0 ? null : (end - start) / bound,
                verdict.binds(),
                verdict.why(),
                terms,
                median.orElse(null),
                stragglers,
                fetching.stream()
                        .flatMap(taker -> Stream.ofNullable(taker.report().fromPlaces()))
                        .reduce(TransferReport.FromPlaces::plus)
                        .orElse(null),
                parts,
                waste(fetching, originWasted, originReread));
    }

    /** Fetches that overlap, the last such group; {@code all} in the order in which they were asked. */
    private List<Taker> latest(List<Taker> all) {
        List<Taker> group = new ArrayList<>();
        double end = 0;
        for (Taker taker : all) {
            if (!group.isEmpty() && taker.askedAt() > end) {
                group.clear();
            }
            end = group.isEmpty() ? taker.endsAt(now) : Math.max(end, taker.endsAt(now));
            group.add(taker);
        }
        return group;
    }

    /** The last completion or now; one that left early does not prolong it. */
    private double end(List<Taker> fetching) {
        boolean anyStayed = fetching.stream().anyMatch(taker -> !taker.hasLeft());
        return fetching.stream()
                .filter(taker -> !anyStayed || !taker.hasLeft())
                .mapToDouble(taker -> taker.endsAt(now))
                .max()
                .orElse(now);
    }

    private static int count(List<Taker> fetching, boolean complete) {
        return (int) fetching.stream()
                .filter(taker -> complete ? taker.isComplete() : taker.hasLeft())
                .count();
    }

    private record Verdict(@Nullable Double bound, String binds, String why) {}

    private static Verdict verdict(Bounds bounds, List<Term> terms, double seconds) {
        Double largest = terms.get(0).seconds();
        if (largest == null) {
            return new Verdict(null, Distribution.UNKNOWN, "no limit is known yet");
        }
        List<Term> ground = terms.stream()
                .filter(bounds::isGround)
                .filter(term -> seconds(term) >= NEAR * largest)
                .toList();
        if (ground.isEmpty()) {
            Term first = terms.get(0);
            return new Verdict(
                    largest,
                    Distribution.UNKNOWN,
                    "no limit that is known accounts for it, and nothing was busy all the time; the largest term, "
                            + first.limit() + ", is only what was seen");
        }
        Term binding = binding(ground);
        if (seconds(binding) < LEAST_PART * seconds) {
            return new Verdict(
                    seconds(binding),
                    Distribution.UNKNOWN,
                    String.format(
                            Locale.ROOT,
                            "the largest limit that is known, %s, accounts for %.2f s of %.2f s only",
                            binding.limit(),
                            seconds(binding),
                            seconds));
        }
        return new Verdict(
                seconds(binding),
                binding.limit(),
                String.format(
                        Locale.ROOT,
                        "%s accounts for %.2f s of %.2f s: %s",
                        binding.limit(),
                        seconds(binding),
                        seconds,
                        binding.text()));
    }

    /** Of terms that all account for the time: the largest, unless another explains it. */
    private static Term binding(List<Term> ground) {
        Term largest = ground.get(0);
        boolean work = isWork(largest);
        if (!work && !largest.limit().equals(Bounds.ORIGIN)) {
            return largest;
        }
        // Whoever reads an origin may have been the slower one; processors may have been busy with others' work.
        return ground.stream()
                .filter(term -> work ? !isWork(term) && !term.limit().equals(Bounds.ORIGIN) : isWork(term))
                .findFirst()
                .orElse(largest);
    }

    private static boolean isWork(Term term) {
        return term.limit().equals(Bounds.CPU) || term.limit().equals(Bounds.DISK);
    }

    private static double seconds(Term term) {
        Double seconds = term.seconds();
        return seconds == null ? 0 : seconds;
    }

    private Optional<Double> median(List<Taker> fetching) {
        double[] took = fetching.stream()
                .filter(Taker::isComplete)
                .mapToDouble(taker -> taker.seconds(now))
                .sorted()
                .toArray();
        if (took.length == 0) {
            return Optional.empty();
        }
        return Optional.of((took[(took.length - 1) / 2] + took[took.length / 2]) / 2);
    }

    private boolean straggles(Taker taker, Optional<Double> median) {
        double seconds = taker.seconds(now);
        return !taker.hasLeft()
                && median.isPresent()
                && seconds > STRAGGLES * median.get()
                && seconds > median.get() + LEAST_LAG_SECONDS;
    }

    private Part fetching(Taker taker, double start, Optional<Double> median) {
        String state = taker.isComplete() ? "complete" : taker.hasLeft() ? "left" : "fetching";
        return part(
                taker,
                state,
                taker.askedAt() - start,
                taker.seconds(now),
                straggles(taker, median),
                ownLimit(taker, taker.seconds(now)));
    }

    private String ownLimit(Taker taker, double seconds) {
        boolean link = taker.download()
                .map(rate -> (double) totalBytes / rate.bytesPerSecond() >= LEAST_PART * 2 * seconds)
                .orElse(false);
        if (link) {
            return Bounds.NODE_LINK;
        }
        if (taker.report().movingSeconds() < LEAST_PART * seconds) {
            return Distribution.UNKNOWN;
        }
        return taker.isHeldUpByDisk()
                ? Bounds.DISK
                : taker.cpuShare() >= Taker.BUSY ? Bounds.CPU : Distribution.UNKNOWN;
    }

    private Part source(Taker taker) {
        return part(taker, "seeding", null, null, false, Distribution.UNKNOWN);
    }

    private static Part part(
            Taker taker,
            String state,
            @Nullable Double asked,
            @Nullable Double seconds,
            boolean straggler,
            String limit) {
        return new Part(
                taker.who().nodeId(),
                taker.who().role(),
                taker.who().host().isEmpty() ? null : taker.who().host(),
                state,
                asked,
                seconds,
                taker.originBytes(),
                straggler,
                limit,
                taker.report());
    }

    private static Waste waste(List<Taker> fetching, long originWasted, long originReread) {
        return new Waste(
                fetching.stream()
                        .mapToLong(taker -> taker.report().duplicateBytes())
                        .sum(),
                fetching.stream()
                        .mapToLong(taker -> taker.report().refusedBytes())
                        .sum(),
                originWasted,
                originReread);
    }
}
