package dev.piecewise.bench.crowd;

import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One node's reports of what it holds. */
final class HoldingsTeller {
    private static final double GATHER_SECONDS = 0.2;

    private final Node node;
    private final Map<String, String> wholes = new LinkedHashMap<>();
    private final Map<String, List<Integer>> added = new LinkedHashMap<>();
    private long notBeforeNanos;
    private boolean telling;
    private boolean willTell;

    HoldingsTeller(Node node) {
        this.node = node;
    }

    void hasAll(String artifactId) {
        wholes.put(artifactId, bitfield((byte) 0xff));
        change(GATHER_SECONDS);
    }

    void hasNothing(String artifactId) {
        wholes.put(artifactId, bitfield((byte) 0));
        change(0);
    }

    void added(String artifactId, int piece) {
        added.computeIfAbsent(artifactId, absent -> new ArrayList<>()).add(piece);
        change(Math.max(GATHER_SECONDS, (notBeforeNanos - node.crowd.timeline.nowNanos()) / 1e9));
    }

    private String bitfield(byte value) {
        int pieces = node.crowd.plan.pieces();
        byte[] bytes = new byte[(pieces + 7) / 8];
        java.util.Arrays.fill(bytes, value);
        if (pieces % 8 != 0) {
            bytes[bytes.length - 1] &= (byte) (0xff << (8 - pieces % 8));
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void change(double seconds) {
        if (seconds == 0 && !telling) {
            tell();
        } else if (!willTell && !telling) {
            willTell = true;
            node.crowd.timeline.after(seconds, this::tell);
        }
    }

    private void tell() {
        willTell = false;
        if (telling || (wholes.isEmpty() && added.isEmpty())) {
            return;
        }
        telling = true;
        List<HoldingsReport.Part> parts = new ArrayList<>();
        wholes.forEach((id, whole) ->
                parts.add(new HoldingsReport.Part(id, new Holdings(whole, List.of(), List.of(), Samples.TRANSFER))));
        added.forEach((id, pieces) -> {
            if (!wholes.containsKey(id)) {
                parts.add(new HoldingsReport.Part(id, new Holdings(null, pieces, List.of(), Samples.TRANSFER)));
            }
        });
        added.keySet().removeIf(id -> !wholes.containsKey(id));
        wholes.clear();
        send(ApiJson.write(new HoldingsReport(parts)));
    }

    private void send(byte[] report) {
        node.call(
                Tally.Kind.HOLDINGS,
                "POST",
                node.path("holdings"),
                report,
                answer -> {
                    double next = ApiJson.read(answer, HoldingsTaken.class).nextSeconds();
                    notBeforeNanos = node.crowd.timeline.nowNanos() + (long) (next * 1e9);
                    telling = false;
                    if (!wholes.isEmpty() || !added.isEmpty()) {
                        change(wholes.isEmpty() ? next : 0);
                    }
                },
                () -> send(report));
    }
}
