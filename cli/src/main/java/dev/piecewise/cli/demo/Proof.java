package dev.piecewise.cli.demo;

/** What came of a demo. */
public sealed interface Proof permits DemoReport, TrialReport {
    /** Whether all is as it should be. */
    boolean proved();
}
