package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

final class HelpPagesTest {
    private static String printed(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(HelpPage.print(args, new PrintStream(out, true, StandardCharsets.UTF_8)))
                .isTrue();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatTheBuildRenderedIsWhatTheOptionsAre() {
        Map<String, String> pages = HelpPages.render();
        for (Subcommand subcommand : Subcommand.values()) {
            assertThat(printed(subcommand.word(), "--help")).isEqualTo(pages.get(subcommand.word()));
            assertThat(printed("help", subcommand.word())).isEqualTo(pages.get(subcommand.word()));
        }
        assertThat(printed("--help")).isEqualTo(pages.get("piecewise"));
        assertThat(printed("--version")).isEqualTo(pages.get("version")).doesNotContain("$");
    }

    @Test
    void everyOptionOfEveryCommandIsExplainedAndSaysItsDefault() {
        Surroundings surroundings =
                new Surroundings(Map.of(), List.of(), System.in, System.out, System.err, false, code -> {}, code -> {});
        for (Subcommand subcommand : Subcommand.values()) {
            String page = HelpPages.render().get(subcommand.word());
            assertThat(page).contains("Exit codes:", "Examples:", subcommand.summary());
            CommandLine command = new CommandLine(subcommand.in(surroundings));
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (option.hidden()) {
                    continue;
                }
                String explained = String.join(" ", option.description());
                assertThat(explained)
                        .as(subcommand.word() + " " + option.longestName())
                        .isNotBlank();
                assertThat(page).contains(option.longestName());
                if (option.arity().max() > 0
                        && !option.required()
                        && !option.longestName().equals("--report")) {
                    assertThat(explained.toLowerCase(Locale.ROOT))
                            .as(subcommand.word() + " " + option.longestName())
                            .contains("default");
                }
            }
        }
    }

    @Test
    void otherCommandLinesAreNotAnswered() {
        assertThat(HelpPage.print(new String[] {}, System.out)).isFalse();
        assertThat(HelpPage.print(new String[] {"get", "a", "--help"}, System.out))
                .isFalse();
        assertThat(HelpPage.print(new String[] {"../x", "--help"}, System.out)).isFalse();
        assertThat(HelpPage.print(new String[] {"fetch", "--help"}, System.out)).isFalse();
    }
}
