package dev.piecewise.bench.crowd;

import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.List;

/** What nodes say of themselves. */
final class Samples {
    static final TransferReport TRANSFER = new TransferReport(
            12.345678,
            null,
            false,
            123_456_789,
            98_765_432,
            12_345,
            0,
            11_500_000,
            11_600_000,
            11.987654,
            0.123456,
            0.234567,
            0.0345678,
            null,
            new TransferReport.LinkRate(125_000_000, TransferReport.LinkRate.LINK),
            null);

    static final NodeReport NODE = new NodeReport(
            0.123456,
            8,
            0.234567,
            113_246_208,
            16_777_216_000L,
            NodeReport.Flow.NONE,
            new NodeReport.Flow(12_345_678_901L, 11_500_000),
            new NodeReport.Flow(12_345_678_901L, 11_500_000),
            NodeReport.Flow.NONE,
            new NodeReport.Disk(4_294_967_296L, 1_099_511_627_776L),
            List.of());

    private Samples() {}
}
