package dev.piecewise.client.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A text in YAML 1.2, and what is wrong with it: every problem is one line {@code NAME:LINE: what is wrong}. Values are taken
 * as they are written, whatever YAML would make of them.
 */
public final class YamlSource {
    private static final int MAX_BYTES = 1 << 20;

    private final String name;
    private final String what;
    private final List<Problem> problems = new ArrayList<>();

    /** @param line from 1; 0 if it is about the whole */
    private record Problem(int line, String text) {}

    /**
     * @param name of the file, for messages
     * @param what it is, for messages, for example {@code configuration}
     */
    public YamlSource(String name, String what) {
        this.name = name;
        this.what = what;
    }

    /** The file's content, if it has any; a file that cannot be read is a problem. */
    public Optional<YamlNode> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        } catch (IOException e) {
            problem(0, "cannot be read (" + e.getClass().getSimpleName() + "); make it readable, or name another file");
            return Optional.empty();
        }
    }

    /**
     * The content of a stream, if it has any.
     *
     * @throws IOException as the stream throws it
     */
    public Optional<YamlNode> read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            problem(0, "is no " + what + ": it has more than " + MAX_BYTES + " bytes");
            return Optional.empty();
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .map(root -> new YamlNode(this, root))
                    .filter(root -> !root.isUnset());
        } catch (CharacterCodingException e) {
            problem(0, "is not UTF-8 text");
        } catch (MarkedYamlEngineException e) {
            problem(e.getProblemMark().map(Mark::getLine).orElse(0) + 1, "is not YAML here: " + e.getProblem());
        } catch (YamlEngineException e) {
            problem(
                    0,
                    "is not YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        return Optional.empty();
    }

    String at(int line) {
        return line == 0 ? name : name + ":" + line;
    }

    /**
     * Adds a problem.
     *
     * @param line from 1; 0 if it is about the whole
     */
    public void problem(int line, String text) {
        problems.add(new Problem(line, text));
    }

    /** How many problems were found so far. */
    public int problemCount() {
        return problems.size();
    }

    /** What was found, in the order of the lines, a line each. */
    public List<String> problems() {
        return problems.stream()
                .sorted(Comparator.comparingInt(Problem::line))
                .map(problem -> at(problem.line()) + ": " + problem.text())
                .toList();
    }
}
