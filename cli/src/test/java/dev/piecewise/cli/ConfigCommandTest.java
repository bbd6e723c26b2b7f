package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.cli.config.Section;
import dev.piecewise.cli.config.Setting;
import dev.piecewise.cli.config.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

final class ConfigCommandTest {
    private static final Surroundings NOWHERE =
            new Surroundings(Map.of(), List.of(), System.in, System.out, System.err, false, code -> {}, code -> {});

    @TempDir
    Path directory = Path.of("");

    @Test
    void everyOptionIsASettingOrOfOneCallOnly() {
        for (Subcommand subcommand : Subcommand.values()) {
            if (!subcommand.isConfigured()) {
                continue;
            }
            CommandLine command = new CommandLine(subcommand.in(NOWHERE));
            for (OptionSpec option : command.getCommandSpec().options()) {
                boolean setting =
                        Setting.of(subcommand.word(), option.longestName()).isPresent();
                assertThat(setting ^ Setting.OF_ONE_CALL.contains(option.longestName()))
                        .as("%s %s: add it to Setting.ALL, or to OF_ONE_CALL", subcommand.word(), option.longestName())
                        .isTrue();
            }
        }
    }

    @Test
    void everySettingIsAnOptionThatSaysTheSameDefault() {
        ConfiguredOptions.bySetting(NOWHERE).forEach((setting, options) -> {
            assertThat(options)
                    .as(setting.key() + " is the option of no command")
                    .isNotEmpty();
            options.forEach((subcommand, option) -> {
                String what = setting.key() + " as option of " + subcommand.word();
                assertThat(option.isMultiValue())
                        .as(what)
                        .isEqualTo(setting.type().isList());
                assertThat(option.arity().max() == 0).as(what).isEqualTo(setting.type() == ValueType.FLAG);
                Object value = option.getValue();
                boolean open = value == null
                        || value.equals(Optional.empty())
                        || (value instanceof Collection<?> many && many.isEmpty());
                if (!open) {
                    assertThat(setting.byDefault()).as(what).contains(String.valueOf(value));
                }
                if (setting.type() != ValueType.FLAG) {
                    setting.byDefault().ifPresent(text -> assertThat(String.join(" ", option.description()))
                            .as(what)
                            .contains("Default: " + text));
                }
            });
        });
    }

    @Test
    void keysVariablesAndSectionsAreUnambiguous() {
        assertThat(Setting.ALL.stream().map(Setting::key)).doesNotHaveDuplicates();
        assertThat(Setting.ALL.stream().map(Setting::variable)).doesNotHaveDuplicates();
        for (Section section : Section.values()) {
            assertThat(section.commands())
                    .allSatisfy(word -> assertThat(Subcommand.of(word)).isPresent());
        }
        for (Setting one : Setting.ALL) {
            for (Setting other : Setting.ALL) {
                if (!one.equals(other) && one.option().equals(other.option())) {
                    assertThat(one.section().commands())
                            .as(one.key() + " and " + other.key() + " are the same option of a command")
                            .doesNotContainAnyElementsOf(other.section().commands());
                }
            }
        }
    }

    @Test
    void theSampleLoadsAndEqualsTheDefaultsWithAndWithoutItsCommentSigns() throws IOException {
        CommandRun init =
                CommandRun.of("config", "init", directory.resolve("sample.yaml").toString());
        assertThat(init.exitCode()).as(init.err()).isZero();
        String sample = Files.readString(directory.resolve("sample.yaml"));
        for (Setting setting : Setting.ALL) {
            assertThat(sample).contains("\n  #" + setting.name() + ":", setting.variable());
        }
        assertThat(sample.lines()).allMatch(line -> line.length() <= 120);
        String uncommented = sample.replaceAll("(?m)^( {2,4})#(?! )", "$1");
        assertThat(uncommented).contains("\n  linger: 0\n");
        for (String text : List.of(sample, uncommented)) {
            Path file = Files.writeString(directory.resolve(Configuration.FILE_NAME), text);
            CommandRun show = CommandRun.with(Map.of(), List.of(directory), "config", "show");
            assertThat(show.exitCode()).as(show.err()).isZero();
            assertThat(show.out()
                            .replaceAll("(?m)  \\Q" + file + "\\E:\\d+$", "  default")
                            .replace(file.toString(), "none"))
                    .isEqualTo(CommandRun.of("config", "show").out());
        }
        assertThat(CommandRun.of("config", "init", "-").out()).isEqualTo(sample);
    }

    @Test
    void theSampleNeverReplacesAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.yaml"), "get: {linger: 1m}\n");
        CommandRun run = CommandRun.of("config", "init", file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("exists already").hasLineCount(1);
        assertThat(file).hasContent("get: {linger: 1m}\n");
    }

    @Test
    void commandLineThenEnvironmentThenFile() throws IOException {
        Files.writeString(directory.resolve(Configuration.FILE_NAME), "connect: {tracker: 'http://127.0.0.1:3'}\n");
        List<Path> places = List.of(directory);
        Map<String, String> environment = Map.of("PIECEWISE_TRACKER", "http://127.0.0.1:2");
        assertThat(CommandRun.with(environment, places, "status", "--tracker", "http://127.0.0.1:1")
                        .err())
                .contains("http://127.0.0.1:1");
        assertThat(CommandRun.with(environment, places, "status").err()).contains("http://127.0.0.1:2");
        assertThat(CommandRun.with(Map.of(), places, "status").err()).contains("http://127.0.0.1:3");
        assertThat(CommandRun.with(Map.of(), places, "status", "--config", "none")
                        .err())
                .contains("http://127.0.0.1:7070");
    }

    @Test
    void aWrongFileStopsEveryCommandThatHeedsItWithOneLineForEachProblem() throws IOException {
        Path file = Files.writeString(
                directory.resolve(Configuration.FILE_NAME), "seeder: {leases: many}\nget: {lingr: 1m}\n");
        for (String command : List.of("status", "config show")) {
            CommandRun run = CommandRun.with(Map.of(), List.of(directory), command.split(" "));
            String name = "piecewise " + command.substring(0, 6).strip() + ": " + file;
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .containsExactly(
                            name + ":1: seeder.leases: 'many' is not a whole number",
                            name + ":2: unknown key 'get.lingr'; did you mean 'get.linger'?");
        }
        assertThat(CommandRun.with(Map.of(), List.of(directory), "config", "init", "-")
                        .exitCode())
                .isZero();
    }

    @Test
    void aNamedFileThatIsMissingIsAnError() {
        CommandRun run = CommandRun.of("status", "--config", "/no/such.yaml");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("piecewise status: --config: there is no file /no/such.yaml")
                .hasLineCount(1);
    }

    @Test
    void anUnknownActionIsNamed() {
        CommandRun run = CommandRun.of("config", "print");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("print").hasLineCount(1);
    }
}
