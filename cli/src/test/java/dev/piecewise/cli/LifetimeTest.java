package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LifetimeTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    private Surroundings surroundings(InputStream in) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Surroundings(Map.of(), List.of(), in, stream, stream, false, exit::complete, exit::complete);
    }

    @Test
    void closesInReverseOrderAndGoesOnAfterAFailure() {
        List<String> closed = new ArrayList<>();
        try (Lifetime lifetime = new Lifetime(surroundings(InputStream.nullInputStream()))) {
            lifetime.own(() -> closed.add("first"));
            lifetime.own(() -> {
                throw new IllegalStateException("stuck");
            });
            lifetime.own(() -> closed.add("last"));
        }
        assertThat(closed).containsExactly("last", "first");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("stuck");
    }

    @Test
    void theProcessEndsWhenItsStandardInputDoes() throws Exception {
        PipedOutputStream parent = new PipedOutputStream();
        try (Lifetime lifetime = new Lifetime(surroundings(new PipedInputStream(parent)))) {
            lifetime.endWithStandardInput();
            parent.write('x');
            assertThat(exit).isNotDone();
            parent.close();
            assertThat(exit.get(10, TimeUnit.SECONDS)).isZero();
        }
    }
}
