package dev.piecewise.client.request;

import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.client.yaml.YamlNode;
import dev.piecewise.client.yaml.YamlSource;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.Glob;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads the requests of a file and checks all of them, see {@link YamlSource}. */
final class RequestFile {
    private static final String REQUESTS = "requests";
    private static final String OBJECT = "object";
    private static final String PREFIX = "prefix";
    private static final String DESTINATION = "destination";
    private static final String INCLUDE = "include";
    private static final String EXCLUDE = "exclude";
    private static final String PROFILE = "profile";
    private static final String PIECE_SIZE = "piece-size";
    private static final String CACHE = "cache";
    private static final String UNPACK = "unpack";
    private static final String MODE = "mode";
    private static final String METHOD = "method";
    private static final List<String> KEYS =
            List.of(OBJECT, PREFIX, DESTINATION, INCLUDE, EXCLUDE, PROFILE, PIECE_SIZE, CACHE, UNPACK, MODE);
    private static final List<String> UNPACK_KEYS = List.of(UNPACK + "." + DESTINATION, UNPACK + "." + METHOD);
    private static final List<String> ALL_KEYS = Stream.of(List.of(REQUESTS), KEYS, UNPACK_KEYS)
            .flatMap(List::stream)
            .toList();

    private final YamlSource source;
    private final Path directory;
    private final Places places = new Places();
    private final Map<DownloadRequest, String> requests = new LinkedHashMap<>();

    private RequestFile(String name, Path directory) {
        this.source = new YamlSource(name, "list of requests");
        this.directory = directory;
    }

    static DownloadPlan read(Path file) {
        if (Files.notExists(file)) {
            throw new ProcessFault(Kind.USAGE, "there is no file " + file + "; name one that lists requests");
        }
        Path parent = file.toAbsolutePath().getParent();
        RequestFile reading = new RequestFile(file.toString(), parent == null ? file.toAbsolutePath() : parent);
        return reading.plan(reading.source.read(file));
    }

    static DownloadPlan read(InputStream in, String name) {
        RequestFile reading = new RequestFile(name, Path.of("").toAbsolutePath());
        try {
            return reading.plan(reading.source.read(in));
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot read the requests of " + name + ": " + e.getMessage(), e);
        }
    }

    private DownloadPlan plan(Optional<YamlNode> root) {
        root.ifPresent(this::root);
        if (source.problemCount() == 0 && requests.isEmpty()) {
            source.problem(1, "there are no requests; list them below '" + REQUESTS + ":'");
        }
        if (source.problemCount() > 0) {
            throw new ProcessFault(Kind.USAGE, String.join("\n", source.problems()));
        }
        return new DownloadPlan(List.copyOf(requests.keySet()));
    }

    private void root(YamlNode root) {
        for (YamlNode.Entry entry : root.entries("the file must begin with '" + REQUESTS + ":'", "")) {
            if (!entry.word().equals(REQUESTS)) {
                entry.unknown("", List.of(REQUESTS), ALL_KEYS);
            } else if (!entry.value().isUnset() && !entry.value().isList()) {
                entry.value().problem("'" + REQUESTS + "' is a list: begin each request with '- '");
            } else if (!entry.value().isUnset()) {
                entry.value().elements().forEach(this::request);
            }
        }
    }

    private void request(YamlNode node) {
        int before = source.problemCount();
        String shape = "a request consists of keys, for example 'object: s3://bucket/key'";
        Map<String, YamlNode> said = keys(node, shape, "", KEYS);
        Optional<ArtifactUri> uri = uri(said, node);
        Optional<Destination> destination = value(said, DESTINATION, this::destination);
        List<Glob> include = globs(said, INCLUDE);
        List<Glob> exclude = globs(said, EXCLUDE);
        Optional<String> profile = value(said, PROFILE, RequestFile::notEmpty);
        Optional<PieceLength> pieceLength = value(said, PIECE_SIZE, Function.<String>identity())
                .filter(text -> !text.equalsIgnoreCase("auto"))
                .flatMap(auto -> value(said, PIECE_SIZE, PieceLength::parse));
        boolean cache = value(said, CACHE, RequestFile::flag).orElse(true);
        Optional<UnpackInto> unpack = Optional.ofNullable(said.get(UNPACK)).flatMap(this::unpack);
        Optional<FileMode> mode = value(said, MODE, FileMode::parse);
        if (uri.isEmpty() || source.problemCount() > before) {
            return;
        }
        try {
            take(
                    new DownloadRequest(
                            uri.get(),
                            destination,
                            new Selection(include, exclude),
                            profile,
                            pieceLength,
                            cache,
                            unpack,
                            mode),
                    node);
        } catch (IllegalArgumentException e) {
            node.problem(String.valueOf(e.getMessage()));
        }
    }

    /** The same request twice is one. */
    private void take(DownloadRequest request, YamlNode node) {
        if (!requests.containsKey(request)) {
            requests.put(request, node.at());
            places.take(request, "the request at " + node.at()).ifPresent(node::problem);
        }
    }

    private Map<String, YamlNode> keys(YamlNode node, String shape, String path, List<String> known) {
        Map<String, YamlNode> said = new HashMap<>();
        for (YamlNode.Entry entry : node.entries(shape, path)) {
            if (!known.contains(path + entry.word())) {
                entry.unknown(path, known, ALL_KEYS);
            } else if (!entry.value().isUnset()) {
                said.put(path + entry.word(), entry.value());
            }
        }
        return said;
    }

    private Optional<ArtifactUri> uri(Map<String, YamlNode> said, YamlNode node) {
        if (said.containsKey(OBJECT) == said.containsKey(PREFIX)) {
            node.problem(
                    said.containsKey(OBJECT)
                            ? "a request has '" + OBJECT + "' or '" + PREFIX + "', not both"
                            : "a request needs '" + OBJECT + "' or '" + PREFIX + "'");
            return Optional.empty();
        }
        return value(said, OBJECT, RequestFile::object).or(() -> value(said, PREFIX, RequestFile::prefix));
    }

    private static ArtifactUri object(String text) {
        ArtifactUri uri = ArtifactUri.parse(text);
        if (uri.isPrefix()) {
            throw new IllegalArgumentException("'" + text + "' ends in '/' and so is a prefix; write '" + PREFIX + "'");
        }
        return uri;
    }

    /** It is plain that a prefix is meant, with its slash or without. */
    private static ArtifactUri prefix(String text) {
        return ArtifactUri.parse(text.endsWith("/") ? text : text + "/");
    }

    private Destination destination(String text) {
        Path path = directory.resolve(path(text));
        return new Destination(path, text.endsWith("/") || text.endsWith(File.separator));
    }

    private static Path path(String text) {
        try {
            return Path.of(notEmpty(text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path: " + e.getReason(), e);
        }
    }

    private Optional<UnpackInto> unpack(YamlNode node) {
        String shape = "'" + UNPACK + "' has keys: write '" + DESTINATION + "' below it, indented";
        int before = source.problemCount();
        Map<String, YamlNode> said = keys(node, shape, UNPACK + ".", UNPACK_KEYS);
        Optional<Path> into = value(said, UNPACK + "." + DESTINATION, text -> directory.resolve(path(text)));
        Optional<Unpack> how = value(said, UNPACK + "." + METHOD, Unpack::parse);
        if (into.isEmpty() && source.problemCount() == before) {
            node.problem("'" + UNPACK + "' needs '" + DESTINATION + "': the directory for what the archive holds");
        }
        return into.map(path -> new UnpackInto(path, how.orElseGet(Unpack::auto)));
    }

    private List<Glob> globs(Map<String, YamlNode> said, String key) {
        List<Glob> globs = new ArrayList<>();
        YamlNode node = said.get(key);
        if (node != null) {
            node.elements().forEach(each -> parse(each, key, Glob::parse).ifPresent(globs::add));
        }
        return globs;
    }

    private static String notEmpty(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it is empty; leave it out instead");
        }
        return text;
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    private static <T> Optional<T> value(Map<String, YamlNode> said, String key, Function<String, T> parse) {
        return Optional.ofNullable(said.get(key)).flatMap(node -> parse(node, key, parse));
    }

    /** Nothing if it is wrong, which is noted. */
    private static <T> Optional<T> parse(YamlNode node, String key, Function<String, T> parse) {
        Optional<String> text = node.text();
        if (text.isEmpty()) {
            node.problem(key + " takes one value only");
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text.get()));
        } catch (IllegalArgumentException e) {
            node.problem(key + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
