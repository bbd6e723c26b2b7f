package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.ledger.ReadBytes;
import dev.piecewise.tracker.ledger.Run;
import dev.piecewise.tracker.ledger.VersionBytes;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.HashList;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class HashPushesTest {
    private static final int PIECE = 16 * 1024;
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final HashPushes pushes = new HashPushes(7, Runnable::run);
    private final ResolvedArtifact resolved =
            new FakeOrigin().put("object", 10 * PIECE, "\"v\"").resolve(ArtifactUri.parse("s3://bucket/object"));
    private final Artifact artifact = new Artifact(
            resolved.id(new PieceLength(PIECE)),
            resolved,
            OriginProfiles.DEFAULT,
            new PieceLength(PIECE),
            true,
            id -> InfoHash.fromHex(id.hex().substring(0, 40)),
            List.of(new VersionBytes()));
    private long now = -3;

    HashPushesTest() {
        artifact.ledger.grant(new Run(0, 10), 1, "s", "now");
    }

    private static PieceHash hash(int piece) {
        return PieceHash.fromHex(String.format("%040x", 1 + piece));
    }

    private void learn(int... pieces) {
        for (int piece : pieces) {
            artifact.ledger.report(1, ReadBytes.NONE, piece, hash(piece));
        }
        artifact.publish();
        pushes.grew(artifact, now);
    }

    private CompletableFuture<HashList> ask(String cursor) {
        return pushes.ask(artifact, cursor, now, WAIT);
    }

    private static List<Integer> pieces(CompletableFuture<HashList> answer) {
        assertThat(answer).isDone();
        assertThat(answer.join().unpack())
                .allSatisfy(entry -> assertThat(entry.hash()).isEqualTo(hash(entry.piece())));
        return answer.join().unpack().stream().map(HashList.Entry::piece).toList();
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
        pushes.tick(now);
    }

    @Test
    void hashesComeInTheOrderInWhichTheyWereLearntAndOnceEach() {
        learn(4, 2);
        CompletableFuture<HashList> first = ask("");
        assertThat(pieces(first)).containsExactly(4, 2);
        assertThat(first.join().swarm()).isEqualTo(artifact.provisionalId.hex());
        CompletableFuture<HashList> second = ask(first.join().cursor());
        assertThat(second).isNotDone();
        learn(9);
        assertThat(pieces(second)).containsExactly(9);
        assertThat(second.join().state()).isEqualTo(ArtifactState.READING);
    }

    @Test
    void whoWasJustAnsweredHearsTheNextTogetherALittleLater() {
        CompletableFuture<HashList> first = ask("");
        learn(1);
        assertThat(pieces(first)).containsExactly(1);
        CompletableFuture<HashList> second = ask(first.join().cursor());
        learn(2);
        pass(80);
        learn(3);
        assertThat(second).isNotDone();
        pass(80);
        assertThat(pieces(second)).containsExactly(2, 3);
        assertThat(pieces(ask(""))).as("a newcomer does not wait").containsExactly(1, 2, 3);
    }

    @Test
    void theMoreWaitTheRarerTheyAreAnswered() {
        List<CompletableFuture<HashList>> many =
                Stream.generate(() -> ask("")).limit(10_000).toList();
        learn(1);
        assertThat(many).allSatisfy(answer -> assertThat(answer).isDone());
        CompletableFuture<HashList> next = ask(many.get(0).join().cursor());
        learn(2);
        pass(400);
        assertThat(next).isNotDone();
        pass(200);
        assertThat(pieces(next)).containsExactly(2);
    }

    @Test
    void theLastHashIsNotPutOff() {
        CompletableFuture<HashList> first = ask("");
        learn(1);
        CompletableFuture<HashList> second = ask(first.join().cursor());
        learn(0, 2, 3, 4, 5, 6, 7, 8);
        assertThat(second).isNotDone();
        learn(9);
        assertThat(pieces(second)).hasSize(9);
    }

    @Test
    void aCursorOfAnotherRunBeginsAnew() {
        learn(1, 2);
        HashList list = ask("").join();
        assertThat(pieces(new HashPushes(8, Runnable::run).ask(artifact, list.cursor(), now, WAIT)))
                .containsExactly(1, 2);
        assertThat(pieces(pushes.ask(artifact, "nonsense", now, WAIT))).containsExactly(1, 2);
        assertThat(pieces(pushes.ask(artifact, list.cursor(), now, Duration.ZERO)))
                .isEmpty();
    }

    @Test
    void theLastHashComesWithTheInfohashAndAFailureWithoutHashes() {
        CompletableFuture<HashList> last = ask("");
        learn(IntStream.range(0, 10).toArray());
        assertThat(pieces(last)).hasSize(10);
        assertThat(last.join().state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(last.join().infoHash())
                .isEqualTo(artifact.infoHash().orElseThrow().hex());
        artifact.fail(Kind.NOT_FOUND, "gone");
        pass(200);
        assertThat(ask(last.join().cursor()).join().state()).isEqualTo(ArtifactState.FAILED);
    }

    @Test
    void whoWaitedLongEnoughIsAnsweredWithNothing() {
        CompletableFuture<HashList> answer = ask("");
        pass(19_000);
        assertThat(answer).isNotDone();
        pass(1_000);
        assertThat(pieces(answer)).isEmpty();
    }
}
