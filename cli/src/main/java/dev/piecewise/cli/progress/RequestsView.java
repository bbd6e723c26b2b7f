package dev.piecewise.cli.progress;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.cli.progress.RequestProgress.State;
import dev.piecewise.cli.report.Table;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.core.ByteSize;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Many fetches in one block that is redrawn in a terminal and printed every few seconds elsewhere: first all together, then
 * those that are under way, one a line, as many as fit. Thread-safe.
 */
public final class RequestsView {
    private static final int MOST_LINES_ELSEWHERE = 20;
    private static final String UNKNOWN = "-";

    private final ProgressLines lines;
    private final LongSupplier nanoTime;
    private final int mostRequests;

    @GuardedBy("this")
    private final List<RequestProgress> requests;

    @GuardedBy("this")
    private final RecentRate peers = new RecentRate();

    /**
     * @param names what is asked for, for people; a request is its index here
     * @param rows of the terminal
     * @param nanoTime a clock as {@link System#nanoTime}
     */
    public RequestsView(
            List<String> names, PrintStream out, ProgressLines.Style style, int rows, LongSupplier nanoTime) {
        this.requests = names.stream().map(RequestProgress::new).toList();
        this.lines = new ProgressLines(out, style, 0, nanoTime);
        this.nanoTime = nanoTime;
        this.mostRequests = style == ProgressLines.Style.TERMINAL ? Math.max(1, rows - 5) : MOST_LINES_ELSEWHERE;
    }

    /** A request got on. */
    public synchronized void progress(int request, FetchProgress progress) {
        requests.get(request).progress(progress, nanoTime.getAsLong());
        draw();
    }

    /** A request is over. */
    public synchronized void ended(int request, FetchOutcome outcome) {
        requests.get(request).ended(outcome);
        draw();
    }

    /** Draws again, if it is time. */
    public synchronized void draw() {
        lines.show(this::lines);
    }

    /** Prints something for good, above what is still under way. */
    public synchronized void above(Runnable print) {
        lines.clear();
        print.run();
    }

    /** Takes it off a terminal. */
    public synchronized void clear() {
        lines.clear();
    }

    /** All together in one line. */
    public synchronized String summary() {
        return sum(nanoTime.getAsLong());
    }

    /** The block as it is now. */
    public synchronized List<String> lines() {
        long now = nanoTime.getAsLong();
        List<RequestProgress> shown = requests.stream()
                .filter(request -> request.state() != State.READY && request.state() != State.WAITING)
                .sorted(Comparator.comparing(RequestProgress::state))
                .toList();
        List<String> block = new ArrayList<>();
        block.add(sum(now));
        if (!shown.isEmpty()) {
            Table table = new Table(
                    "STATE", "FILES", "PIECES", "DONE", "SIZE", "FROM S3", "FROM PEERS", "RATE", "LEFT", "REQUEST");
            shown.stream().limit(mostRequests).forEach(request -> table.add(row(request, now)));
            block.addAll(table.lines());
        }
        if (shown.size() > mostRequests) {
            block.add("... and " + (shown.size() - mostRequests) + " more");
        }
        return block;
    }

    /** For example {@code 12 requests: 3 ready, 2 downloading, 7 waiting; 1.2 GiB of 3.2 GiB (37%), 96 MiB/s, 21 s left}. */
    @GuardedBy("this")
    private String sum(long now) {
        Map<State, Long> counts = requests.stream()
                .collect(Collectors.groupingBy(
                        RequestProgress::state, () -> new EnumMap<>(State.class), Collectors.counting()));
        long done = requests.stream().mapToLong(RequestProgress::doneBytes).sum();
        long total = requests.stream().mapToLong(RequestProgress::totalBytes).sum();
        peers.sample(
                now,
                requests.stream()
                        .map(RequestProgress::last)
                        .mapToLong(last -> last == null ? 0 : last.bytesFromPeers())
                        .sum());
        StringBuilder text = new StringBuilder(requests.size() + (requests.size() == 1 ? " request: " : " requests: "));
        text.append(counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey().word())
                .collect(Collectors.joining(", ")));
        text.append("; ").append(ByteSize.format(done)).append(" of ").append(ByteSize.format(total));
        text.append(" (").append(percent(done, total)).append(')');
        OptionalLong rate = peers.perSecond(now);
        if (rate.orElse(0) > 0) {
            text.append(", ").append(rate(rate));
            text.append(", ").append(seconds(OptionalLong.of((total - done) / rate.getAsLong())));
            text.append(" left");
        }
        return text.toString();
    }

    private static List<String> row(RequestProgress request, long now) {
        FetchProgress last = request.last();
        FetchOutcome outcome = request.outcome();
        List<String> row = new ArrayList<>();
        row.add(request.state().word());
        if (last == null || last.pieceCount() == 0) {
            row.addAll(List.of(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN));
        } else {
            row.add(last.filesHeld() + "/" + last.fileCount());
            row.add(last.piecesHeld() + "/" + last.pieceCount());
            row.add(percent(request.doneBytes(), request.totalBytes()));
            row.add(ByteSize.format(last.totalBytes()));
            row.add(ByteSize.format(last.bytesFromOrigin()));
            row.add(ByteSize.format(last.bytesFromPeers()));
            row.add(rate(request.bytesPerSecond(now)));
            row.add(seconds(request.secondsLeft(now)));
        }
        row.add(request.name() + (outcome == null ? "" : ": " + FetchText.message(outcome)));
        return row;
    }

    private static String rate(OptionalLong rate) {
        return rate.isEmpty() ? UNKNOWN : ByteSize.format(rate.getAsLong()) + "/s";
    }

    private static String percent(long done, long total) {
        return (total <= 0 ? 0 : Math.min(100, 100 * done / total)) + "%";
    }

    /** For example {@code 5 s}, {@code 2:05 min} or {@code 3:20 h}. */
    private static String seconds(OptionalLong seconds) {
        if (seconds.isEmpty()) {
            return UNKNOWN;
        }
        Duration left = Duration.ofSeconds(seconds.getAsLong());
        if (left.toHours() > 0) {
            return String.format(Locale.ROOT, "%d:%02d h", left.toHours(), left.toMinutesPart());
        }
        return left.toMinutes() > 0
                ? String.format(Locale.ROOT, "%d:%02d min", left.toMinutes(), left.toSecondsPart())
                : left.toSeconds() + " s";
    }
}
