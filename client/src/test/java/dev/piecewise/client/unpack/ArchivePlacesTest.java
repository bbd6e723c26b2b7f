package dev.piecewise.client.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchivePlacesTest {
    @ParameterizedTest
    @CsvSource({
        "a.tar, a",
        "a.tar.gz, a",
        "A.TGZ, A",
        "d/e/a.Zip, d/e/a",
        "a.b.tar.gz, a.b",
        "d.tar/a.zip, d.tar/a",
        "plain, plain",
        "a.tar.xz, a.tar.xz",
        ".tar, .tar",
        "d/.zip, d/.zip",
        "d/..zip, d/..zip",
        "...tgz, ...tgz",
    })
    void anArchiveHasADirectoryAtItsPathWithoutItsEnding(String path, String place) {
        assertThat(ArchivePlaces.of(List.of(path))).containsExactly(place);
    }

    @Test
    void directoriesBesideEachOtherDoNotClash() {
        assertThat(ArchivePlaces.of(List.of("a.tar", "a-b.tar", "b/a.tar", "b.c/d.zip")))
                .containsExactly("a", "a-b", "b/a", "b.c/d");
    }

    @Test
    void twoArchivesOfOneDirectoryAreNamed() {
        assertThatThrownBy(() -> ArchivePlaces.of(List.of("d/a.tar", "x.zip", "d/a.zip")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'d/a.tar' and 'd/a.zip'", "at 'd/a'", "exclude");
    }

    @Test
    void anArchiveInTheDirectoryOfAnotherIsNamedWithIt() {
        assertThatThrownBy(() -> ArchivePlaces.of(List.of("d.tar", "d/e/a.zip")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'d/e/a.zip'", "'d.tar'", "exclude");
    }
}
