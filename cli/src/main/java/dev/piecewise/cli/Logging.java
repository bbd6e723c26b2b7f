package dev.piecewise.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What log records reach standard error: Piecewise's own warnings, as one line each. With {@link #VERBOSE} set, all of
 * Piecewise from INFO and the libraries' warnings, with stack traces.
 *
 * <p>Found by logback through {@code META-INF/services}; no file is parsed.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    /** System property that a command sets before anything logs. */
    static final String VERBOSE = "piecewise.verbose";

    /** To be called before the first logger is made. */
    static void configure(VerbosityOptions options) {
        if (options.verbose()) {
            System.setProperty(VERBOSE, "true");
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        boolean verbose = Boolean.getBoolean(VERBOSE);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(
                verbose ? "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{36}: %msg%n" : "piecewise: %msg%n%nopex");
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        context.getLogger("ROOT").addAppender(console);
        context.getLogger("ROOT").setLevel(verbose ? Level.WARN : Level.OFF);
        context.getLogger("dev.piecewise").setLevel(verbose ? Level.INFO : Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
