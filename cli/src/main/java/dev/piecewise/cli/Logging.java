package dev.piecewise.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What log records reach standard error. Of a process that stays up: Piecewise's own warnings, as one line each. Of a
 * command that ends: none, because it prints its own one line. With {@code --verbose}, all of Piecewise from INFO and the
 * libraries' warnings, with stack traces.
 *
 * <p>Found by logback through {@code META-INF/services}; no file is parsed.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    /** System property that a command sets before anything logs. */
    private static final String PROPERTY = "piecewise.logging";

    /** How long a command's process lives. */
    enum Kind {
        /** Until it is told to end. */
        STAYS_UP,
        /** Until its work is done. */
        ENDS
    }

    /** To be called before the first logger is made. */
    static void configure(VerbosityOptions options, Kind kind) {
        System.setProperty(PROPERTY, options.verbose() ? "verbose" : kind.name());
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        String wanted = System.getProperty(PROPERTY, Kind.STAYS_UP.name());
        boolean verbose = wanted.equals("verbose");
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
        context.getLogger("dev.piecewise")
                .setLevel(verbose ? Level.INFO : wanted.equals(Kind.ENDS.name()) ? Level.OFF : Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
