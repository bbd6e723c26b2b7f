package dev.piecewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // pattern | what it means | what it does not
                "*.bin      | a.bin  d/a.bin  d/e/.bin            | a.bin.old  bin  a.bin/x",
                "/*.bin     | a.bin                               | d/a.bin",
                "d/*.bin    | d/a.bin                             | d/e/a.bin  a.bin  x/d/a.bin",
                "d/**       | d/a  d/e/f                          | d  e/d/a",
                "d/         | d/a  d/e/f                          | d  e/d/a",
                "**/d/      | d/a  e/d/a  e/f/d/a                 | d  ed/a",
                "**/a       | a  d/a  d/e/a                       | ba  d/ba",
                "d/**/a     | d/a  d/e/a  d/e/f/a                 | da  d/ea",
                "d**a/x     | da/x  dea/x  d/e/a/x                | d/x",
                "**         | a  d/a                              | ",
                "?          | a  d/b                              | ab",
                "d?a        | d-a                                 | d/a  da",
                "d?a/x      | d-a/x                               | d/a/x",
                "[ab]       | a  b                                | c  ab",
                "[a-c]x     | ax  bx  cx                          | dx",
                "[!a-c]x    | dx  zx                              | ax  bx  x",
                "d[!a]e/x   | dbe/x                               | d/e/x",
                "[]a]       | ]  a                                | b",
                "[a-]       | a  -                                | b",
                "{a,b}      | a  b  d/a                           | c  ab",
                "{a,b/c}x   | ax  b/cx                            | d/ax  cx",
                "x.{js,t{s,sx}} | x.js  x.ts  x.tsx               | x.t  x.jsx",
                "{**/,}a/b  | a/b  d/a/b                          | da/b",
                "a{,b}      | a  ab                               | abb",
                "\\*        | *                                   | a",
                "[\\]a]     | ]  a                                | b",
                "A          | A                                   | a",
            })
    void meansTheseAndNotThose(String pattern, String meant, String others) {
        Glob glob = Glob.parse(pattern.strip());
        assertThat(words(meant)).allMatch(glob::matches);
        assertThat(words(others)).noneMatch(glob::matches);
    }

    private static List<String> words(String text) {
        return text == null ? List.of() : List.of(text.strip().split(" +"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[a    | has a '[' without its ']'",
                "{a,b  | has a '{' without its '}'",
                "a\\   | ends in a '\\' with nothing after it",
                "[z-a] | has a range that ends before it begins",
                "/     | matches nothing"
            })
    void whatIsNoPatternIsNamed(String text, String problem) {
        assertThatThrownBy(() -> Glob.parse(text.strip()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text.strip() + "'")
                .hasMessageContaining(problem.strip());
    }

    @Test
    void aMeanPatternTakesNoLongerThanItsLength() {
        Glob glob = Glob.parse("*a".repeat(400) + "b");
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThat(glob.matches("a".repeat(2000)))
                .isFalse());
    }

    /** A part of a pattern as a glob and as a regular expression. */
    private record Part(String glob, String regex) {}

    @Property
    void meansWhatTheRegularExpressionOfItsPartsMeans(
            @ForAll("patterns") List<Part> parts, @ForAll @CharRange(from = 'a', to = 'c') @Chars('/') String text) {
        String glob = "/" + parts.stream().map(Part::glob).collect(Collectors.joining());
        String regex = parts.stream().map(Part::regex).collect(Collectors.joining());
        assertThat(Glob.parse(glob).matches(text)).as("%s on '%s'", glob, text).isEqualTo(text.matches(regex));
    }

    @Provide
    Arbitrary<List<Part>> patterns() {
        return Arbitraries.of(
                        new Part("a", "a"),
                        new Part("b", "b"),
                        new Part("/c", "/c"),
                        new Part("?", "[^/]"),
                        new Part("*b", "[^/]*b"),
                        new Part("a**c", "a.*c"),
                        new Part("/**/a", "/(?:.*/)?a"),
                        new Part("[!ab]", "[^ab/]"),
                        new Part("[a-b]", "[a-b]"),
                        new Part("{a,/b,*c,}", "(?:a|/b|[^/]*c|)"))
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    @Property
    void anyTextIsAPatternOrRefusedWithAMessage(@ForAll String pattern, @ForAll String path) {
        try {
            Glob.parse(pattern).matches(path);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("pattern");
        }
    }
}
