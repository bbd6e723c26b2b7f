package dev.piecewise.cli;

import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.client.unpack.UnpackLimits;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whether and how an archive is unpacked. */
final class UnpackOptions {
    private static final String AUTO = "auto";

    @Option(
            names = "--unpack",
            arity = "0..1",
            paramLabel = "METHOD",
            preprocessor = MethodOnly.class,
            description = {
                "Unpack the archive into the directory DEST: auto, tar, tar.gz or zip.",
                "Default of METHOD: auto (what the name says, else the first bytes)"
            })
    private @Nullable String method;

    @Mixin
    private UnpackLimitOptions limits = new UnpackLimitOptions();

    /** {@code --unpack} takes what follows it only if that is a method, never URI or DEST. */
    static final class MethodOnly implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli's type
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            boolean attached = "=".equals(info.get("separator"));
            if (!attached && (args.isEmpty() || !isMethod(args.peek()))) {
                args.push(AUTO);
            }
            return false;
        }

        private static boolean isMethod(String word) {
            return word.strip().equalsIgnoreCase(AUTO)
                    || ArchiveFormat.ofWord(word).isPresent();
        }
    }

    /** What is asked for, if anything. */
    Optional<Unpack> unpack() {
        String wanted = method;
        if (wanted == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Unpack.parse(wanted).withLimits(limits()));
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--unpack: " + e.getMessage(), e);
        }
    }

    /** What is refused, whoever asks for unpacking. */
    UnpackLimits limits() {
        return limits.limits();
    }
}
