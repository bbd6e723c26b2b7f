package dev.piecewise.cli.report;

import dev.piecewise.core.ByteSize;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Distribution.Part;
import dev.piecewise.trackerclient.api.Distribution.Term;
import dev.piecewise.trackerclient.api.Distribution.Waste;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How long a distribution took, what held it up, who was slow and what moved in vain, in a few lines. */
public final class DistributionText {
    private static final int MOST_STRAGGLERS = 10;

    private final Distribution distribution;

    public DistributionText(Distribution distribution) {
        this.distribution = distribution;
    }

    /** Lines of a label of nine characters and a text. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        add(lines, "time", time());
        if (distribution.seconds() != null) {
            add(lines, "limit", distribution.binds() + " (" + distribution.why() + ")");
            distribution.terms().forEach(term -> add(lines, "", term(term)));
            slow(lines);
        }
        TransferReport.FromPlaces from = distribution.fromPlaces();
        if (from != null) {
            add(lines, "places", places(from));
        }
        add(lines, "in vain", waste(distribution.waste()));
        return lines;
    }

    private static void add(List<String> lines, String label, String text) {
        lines.add(String.format("%-9s %s", label, text));
    }

    private String time() {
        Double seconds = distribution.seconds();
        if (seconds == null) {
            return "no distribution: " + distribution.why();
        }
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                distribution.complete() + distribution.left() == distribution.nodes()
                        ? "T = %.2f s from the first ask to the last of %s"
                        : "T = %.2f s since the first ask so far, by %s",
                seconds,
                nodes()));
        Double bound = distribution.boundSeconds();
        Double ratio = distribution.ratio();
        if (bound != null && ratio != null) {
            text.append(String.format(Locale.ROOT, "; bound T* = %.2f s, T/T* = %.2f", bound, ratio));
        }
        return text.toString();
    }

    private String nodes() {
        int fetching = distribution.nodes() - distribution.complete() - distribution.left();
        return distribution.nodes()
                + (distribution.nodes() == 1 ? " node" : " nodes")
                + (fetching > 0 ? ", " + fetching + " of them still fetching" : "")
                + (distribution.left() > 0 ? ", " + distribution.left() + " of them left before" : "")
                + (distribution.earlierNodes() > 0 ? " (" + distribution.earlierNodes() + " before them)" : "");
    }

    private static String term(Term term) {
        Double seconds = term.seconds();
        return String.format(
                Locale.ROOT,
                "%-9s  %9s  %s",
                term.limit(),
                seconds == null ? "unknown" : String.format(Locale.ROOT, "%.2f s", seconds),
                term.text());
    }

    private void slow(List<String> lines) {
        if (distribution.stragglers() == 0) {
            add(lines, "slow", "no stragglers");
        }
        distribution.parts().stream()
                .filter(Part::straggler)
                .limit(MOST_STRAGGLERS)
                .forEach(part -> add(lines, "slow", straggler(part)));
        if (distribution.stragglers() > MOST_STRAGGLERS) {
            add(lines, "", "and " + (distribution.stragglers() - MOST_STRAGGLERS) + " more");
        }
    }

    private String straggler(Part part) {
        double median = Optional.ofNullable(distribution.medianSeconds()).orElse(0.0);
        double seconds = Optional.ofNullable(part.seconds()).orElse(0.0);
        String host = part.host() == null ? "" : " " + part.host();
        return String.format(
                Locale.ROOT,
                "%s%s (%s): %.2f s%s, the median is %.2f s; at best received %s/s, sent %s/s; its own limit: %s",
                part.role(),
                host,
                part.nodeId().length() > 8 ? part.nodeId().substring(0, 8) : part.nodeId(),
                seconds,
                part.state().equals("fetching") ? " so far" : "",
                median,
                ByteSize.format(part.report().peakReceived()),
                ByteSize.format(part.report().peakSent()),
                part.limit());
    }

    private String places(TransferReport.FromPlaces from) {
        return "received from the same rack " + amount(from.sameRack()) + ", elsewhere in the zone "
                + amount(from.sameZone()) + ", other zones " + amount(from.otherZone());
    }

    private String amount(long bytes) {
        double share = distribution.totalBytes() == 0 ? 0 : (double) bytes / distribution.totalBytes();
        return String.format(Locale.ROOT, "%s (%.2f x the size)", ByteSize.format(bytes), share);
    }

    private static String waste(Waste waste) {
        return waste.duplicateBytes() + " bytes received twice, " + waste.refusedBytes()
                + " of refused pieces; from S3 " + waste.originWastedBytes() + " wasted, " + waste.originRereadBytes()
                + " read again";
    }
}
