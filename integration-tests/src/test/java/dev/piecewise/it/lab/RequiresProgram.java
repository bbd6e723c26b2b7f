package dev.piecewise.it.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test that drives a program which may be missing: then it is skipped with a line that says what to install. With {@code
 * CI=true} in the environment a missing program is a failure.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresProgram.Condition.class)
public @interface RequiresProgram {
    /** Name of the executable, looked for on {@code PATH}. */
    String value();

    /** The Debian package that has it. */
    String debianPackage();

    /** The Python that Debian's packages of Python modules belong to; as {@link #value()} of those. */
    String SYSTEM_PYTHON = "/usr/bin/python3";

    /** A module that {@link #SYSTEM_PYTHON} must be able to import. */
    String pythonModule() default "";

    /** Skips or fails. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<RequiresProgram> required =
                    AnnotationSupport.findAnnotation(context.getElement(), RequiresProgram.class);
            if (required.isEmpty() || isInstalled(required.get())) {
                return ConditionEvaluationResult.enabled("nothing is missing");
            }
            String line = (required.get().value() + " " + required.get().pythonModule()).strip()
                    + " is not installed; apt-get install "
                    + required.get().debianPackage();
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException("with CI=true every test must run: " + line);
            }
            System.err.println("SKIPPED " + context.getDisplayName() + ": " + line);
            return ConditionEvaluationResult.disabled(line);
        }

        private static boolean isInstalled(RequiresProgram program) {
            return onPath(program.value())
                    && (program.pythonModule().isEmpty() || canImport(program.value(), program.pythonModule()));
        }

        private static boolean canImport(String python, String module) {
            try {
                Process process = new ProcessBuilder(python, "-c", "import " + module)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return process.waitFor() == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private static boolean onPath(String program) {
            if (program.startsWith("/")) {
                return new File(program).canExecute();
            }
            return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                    .anyMatch(directory -> new File(directory, program).canExecute());
        }
    }
}
