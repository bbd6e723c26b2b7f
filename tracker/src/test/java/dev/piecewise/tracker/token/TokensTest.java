package dev.piecewise.tracker.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.lease.LeaseId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    @TempDir
    Path directory;

    private static Optional<Role> role(Tokens tokens, String token) {
        return tokens.role(token.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileHoldsRolesAndBareAdminTokens() throws IOException {
        Path file = Files.writeString(directory.resolve("t"), "# people\nread r1\n NODE  n1 \n\nbare\n");
        Tokens tokens = Tokens.load(Optional.of(file), Optional.of("ignored"));
        assertThat(role(tokens, "r1")).contains(Role.READ);
        assertThat(role(tokens, "n1")).contains(Role.NODE);
        assertThat(role(tokens, "bare")).contains(Role.ADMIN);
        assertThat(role(tokens, "ignored")).isEmpty();
        assertThat(role(tokens, "")).isEmpty();
        assertThat(tokens.toString()).doesNotContain("r1").doesNotContain("bare");
    }

    @Test
    void theEnvironmentCountsWithoutAFileAndNothingMeansNoTokens() {
        assertThat(role(Tokens.load(Optional.empty(), Optional.of("secret")), "secret"))
                .contains(Role.ADMIN);
        assertThat(Tokens.load(Optional.empty(), Optional.empty()).inForce()).isFalse();
        assertThat(Tokens.load(Optional.empty(), Optional.of(" ")).inForce()).isFalse();
    }

    @Test
    void aFileThatHoldsNoTokensIsAFaultThatDoesNotQuoteIt() throws IOException {
        Path file = Files.writeString(directory.resolve("t"), "king verysecret\n");
        assertThatThrownBy(() -> Tokens.load(Optional.of(file), Optional.empty()))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("line 1")
                .hasMessageNotContaining("verysecret");
        Files.writeString(file, "# nothing\n");
        assertThatThrownBy(() -> Tokens.load(Optional.of(file), Optional.empty()))
                .isInstanceOf(ProcessFault.class);
        assertThatThrownBy(() -> Tokens.load(Optional.of(directory.resolve("none")), Optional.empty()))
                .isInstanceOf(ProcessFault.class);
    }

    @Test
    void aKeyOpensItsOwnSwarmOnly() {
        SwarmKeys keys = new SwarmKeys(new byte[32]);
        InfoHash one = InfoHash.of(new byte[20]);
        InfoHash other = InfoHash.fromHex("11".repeat(20));
        assertThat(keys.opens(keys.keyOf(one), one)).isTrue();
        assertThat(keys.opens(keys.keyOf(one), other)).isFalse();
        assertThat(keys.opens("", one)).isFalse();
        assertThat(new SwarmKeys(new byte[] {1}).keyOf(one)).isNotEqualTo(keys.keyOf(one));
    }

    @Test
    void aLeaseIsReadUnderTheNameThatThisTrackerGaveItOnly() {
        SwarmKeys keys = new SwarmKeys(new byte[32]);
        LeaseId lease = new LeaseId(new ArtifactId("5f".repeat(32)), 7);
        String name = lease.sealed(keys);
        assertThat(LeaseId.parse(name, keys)).contains(lease);
        assertThat(LeaseId.parse(name, new SwarmKeys(new byte[] {1}))).isEmpty();
        assertThat(LeaseId.parse("8" + name.substring(1), keys))
                .as("another fence")
                .isEmpty();
        assertThat(LeaseId.parse(name.replace("5f5f", "5e5e"), keys))
                .as("another artifact")
                .isEmpty();
        assertThat(LeaseId.parse(lease.toString(), keys)).isEmpty();
        assertThat(LeaseId.parse(name.substring(0, name.length() - 1), keys)).isEmpty();
    }
}
