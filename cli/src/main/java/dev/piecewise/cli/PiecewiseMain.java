package dev.piecewise.cli;

/** The entry point of every Piecewise process; the only place that ends one. */
public final class PiecewiseMain {
    private PiecewiseMain() {}

    public static void main(String[] args) {
        if (!HelpPage.print(args, System.out)) {
            System.exit(CommandTree.execute(Surroundings.ofProcess(System::exit, Runtime.getRuntime()::halt), args));
        }
    }
}
