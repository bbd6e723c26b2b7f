package dev.piecewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
    @Test
    void withoutIncludeEverythingIsWantedThatIsNotExcluded() {
        Selection selection = Selection.parse(List.of(), List.of("*.tmp", "old/"));

        assertThat(selection.selects("a.bin")).isTrue();
        assertThat(selection.selects("d/a.tmp")).isFalse();
        assertThat(selection.selects("old/a.bin")).isFalse();
    }

    @Test
    void whatIsExcludedIsNotWantedEvenIfItIsIncluded() {
        Selection selection = Selection.parse(List.of("*.bin"), List.of("a*"));

        assertThat(selection.selects("b.bin")).isTrue();
        assertThat(selection.selects("a.bin")).isFalse();
        assertThat(selection.selects("b.txt")).isFalse();
    }

    @Test
    void aDirectoryFollowsThePatternOfAllThatIsInIt() {
        assertThat(Selection.parse(List.of(), List.of("old/")).selectsDirectory("old"))
                .isFalse();
        assertThat(Selection.parse(List.of("old/**"), List.of()).selectsDirectory("old"))
                .isTrue();
        assertThat(Selection.parse(List.of("*.bin"), List.of()).selectsDirectory("old"))
                .isFalse();
    }

    @Test
    void onlyAPatternOfAllThatIsInADirectorySparesTheLookIntoIt() {
        assertThat(Selection.parse(List.of(), List.of("old/")).excludesAllBelow("old"))
                .isTrue();
        assertThat(Selection.parse(List.of(), List.of("**/old/**")).excludesAllBelow("a/old"))
                .isTrue();
        assertThat(Selection.parse(List.of(), List.of("old/*", "old", "*")).excludesAllBelow("old"))
                .isFalse();
        assertThat(Selection.parse(List.of(), List.of("old/")).excludesAllBelow("older"))
                .isFalse();
    }

    @Test
    void morePatternsThanAnybodyNeedsAreRefused() {
        List<String> many = Collections.nCopies(201, "a");

        assertThatThrownBy(() -> Selection.parse(many, List.of())).hasMessageContaining("more than 200 patterns");
    }

    @Test
    void saysItselfInMessages() {
        assertThat(Selection.parse(List.of("*.a", "b"), List.of("c/"))).hasToString("include *.a, b; exclude c/");
        assertThat(Selection.ALL).hasToString("everything");
    }
}
