package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AdmissionsTest {
    private static final ArtifactRequest REQUEST = new ArtifactRequest("s3://bucket/k", null);

    private final FakeOrigin origin = new FakeOrigin().put("k", 5, "\"v\"");
    private final FakeOrigin otherOrigin = new FakeOrigin().put("k", 7, "\"w\"");
    private final Queue<Runnable> originCalls = new ArrayDeque<>();

    private OriginProfiles profiles() {
        return new OriginProfiles(List.of(
                new OriginProfiles.Profile(
                        OriginProfiles.DEFAULT, List.of(origin), List.of(ArtifactUri.parse("s3://bucket/"))),
                new OriginProfiles.Profile("other", List.of(otherOrigin), List.of(ArtifactUri.parse("s3://others/")))));
    }

    private Admissions admissions(Executor executor) {
        Scheduler scheduler = new SchedulerRig(profiles()).start();
        return new Admissions(profiles(), executor, scheduler);
    }

    @Test
    void equalRequestsAtOnceAskTheOriginOnceAndALaterOneAsksAgain() {
        Admissions admissions = admissions(originCalls::add);
        CompletableFuture<ArtifactId> first = admissions.request(REQUEST);
        CompletableFuture<ArtifactId> second = admissions.request(REQUEST);
        assertThat(originCalls).hasSize(1);
        originCalls.remove().run();
        assertThat(first.join()).isEqualTo(second.join());
        CompletableFuture<ArtifactId> later = admissions.request(REQUEST);
        originCalls.remove().run();
        assertThat(later.join()).isEqualTo(first.join());
        assertThat(origin.resolves).hasValue(2);
    }

    @Test
    void eachProfileHasItsOwnOriginAndItsOwnAllowedPrefixes() {
        Admissions admissions = admissions(Runnable::run);
        ArtifactId own = admissions.request(REQUEST).join();
        assertThat(admissions
                        .request(new ArtifactRequest("s3://bucket/k", null, "default"))
                        .join())
                .isEqualTo(own);
        assertThat(otherOrigin.resolves).hasValue(0);
        admissions.request(new ArtifactRequest("s3://others/k", null, "other")).join();
        assertThat(otherOrigin.resolves).hasValue(1);
        assertThatThrownBy(() -> admissions.request(new ArtifactRequest("s3://bucket/k", null, "other")))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.DENIED))
                .hasMessageContaining("by the profile 'other'; add s3://bucket/ to its 'allow'");
        assertThat(otherOrigin.resolves).hasValue(1);
    }

    @Test
    void anUnknownProfileIsRefusedAtOnceAndTheKnownOnesAreNamed() {
        Admissions admissions = admissions(originCalls::add);
        assertThatThrownBy(() -> admissions.request(new ArtifactRequest("s3://bucket/k", null, "nowhere")))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                .hasMessage("this tracker has no profile 'nowhere'; it has default, other");
        assertThat(originCalls).isEmpty();
    }

    @Test
    void aFailedLookUpIsNotRemembered() {
        Admissions admissions = admissions(originCalls::add);
        ArtifactRequest missing = new ArtifactRequest("s3://bucket/later", null);
        CompletableFuture<ArtifactId> failed = admissions.request(missing);
        originCalls.remove().run();
        assertThatThrownBy(failed::join).hasCauseInstanceOf(OriginFault.class);
        origin.put("later", 1, "\"v\"");
        CompletableFuture<ArtifactId> found = admissions.request(missing);
        originCalls.remove().run();
        assertThat(found).isCompleted();
    }

    @Test
    void whenTooManyWaitTheNextIsToldToComeAgain() {
        Admissions admissions = admissions(command -> {
            throw new RejectedExecutionException();
        });
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> admissions.request(REQUEST))
                    .isInstanceOfSatisfying(
                            OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.FAILED))
                    .hasMessageContaining("try again");
        }
    }
}
