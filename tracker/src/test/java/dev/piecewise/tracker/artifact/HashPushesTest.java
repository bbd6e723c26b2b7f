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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class HashPushesTest {
    private static final int PIECE = 16 * 1024;
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final List<Long> wakeUps = new ArrayList<>();
    private HashPushes pushes = pushes();
    private Artifact artifact = artifact(10);
    private long now = -3;

    private HashPushes pushes() {
        return new HashPushes(7, Runnable::run, (of, delay) -> wakeUps.add(now + delay.toNanos()));
    }

    private static Artifact artifact(int pieces) {
        ResolvedArtifact resolved = new FakeOrigin()
                .put("object", (long) pieces * PIECE, "\"v\"")
                .resolve(ArtifactUri.parse("s3://bucket/object"));
        Artifact artifact = new Artifact(
                resolved.id(new PieceLength(PIECE)),
                resolved,
                OriginProfiles.DEFAULT,
                new PieceLength(PIECE),
                true,
                id -> InfoHash.fromHex(id.hex().substring(0, 40)),
                List.of(new VersionBytes()));
        artifact.ledger.grant(new Run(0, pieces), 1, "s", "now");
        return artifact;
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
        assertThat(pieces(new HashPushes(8, Runnable::run, (of, delay) -> {}).ask(artifact, list.cursor(), now, WAIT)))
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

    /** Time passes, with a tick every 100 ms, while nobody asks. */
    private void passWithWakeUps(int millis, int tickPhase) {
        for (int i = 0; i < millis; i++) {
            now += Duration.ofMillis(1).toNanos();
            if (wakeUps.removeIf(at -> now - at >= 0)) {
                pushes.due(artifact, now);
            }
            if ((now / 1_000_000 + tickPhase) % 100 == 0) {
                pushes.tick(now);
            }
        }
    }

    @Test
    void wheneverAHashComesItIsToldWithinThePause() {
        int longest = 0;
        for (int tickPhase = 0; tickPhase < 100; tickPhase += 9) {
            for (int asked = 0; asked <= 140; asked += 35) {
                for (int learnt = 1; learnt <= 240; learnt += 8) {
                    longest = Math.max(longest, millisToTell(tickPhase, asked, learnt));
                }
            }
        }
        assertThat(longest).isEqualTo(149);
    }

    /** From the hash to its answer, of who was answered at 0. */
    private int millisToTell(int tickPhase, int askedAt, int learntAt) {
        wakeUps.clear();
        pushes = pushes();
        artifact = artifact(10);
        now = 0;
        String cursor = "";
        CompletableFuture<HashList> answer = ask(cursor);
        learn(0);
        for (int millis = 0; millis < 1000; millis++) {
            if (millis == askedAt) {
                cursor = answer.join().cursor();
                answer = ask(cursor);
            }
            if (millis == learntAt) {
                learn(1);
            }
            if (millis >= Math.max(askedAt, learntAt) && answer.isDone()) {
                return millis - learntAt;
            }
            passWithWakeUps(1, tickPhase);
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void hashesThatKeepComingAreNotToldMoreOftenThanThePauseAllows() {
        artifact = artifact(1000);
        CompletableFuture<HashList> next = ask("");
        int answers = 0;
        for (int piece = 0; piece < 600; piece++) {
            learn(piece);
            passWithWakeUps(5, 0);
            if (next.isDone()) {
                answers++;
                next = ask(next.join().cursor());
            }
        }
        assertThat(answers).isBetween(18, 21);
    }
}
