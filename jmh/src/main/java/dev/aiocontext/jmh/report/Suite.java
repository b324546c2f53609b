package dev.aiocontext.jmh.report;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long and how often each case is measured. */
public enum Suite {
    /** Each once, for a moment, in this JVM: whether they work. */
    SMOKE(0, 0, 1, 10),
    /** One JVM for each case. */
    SHORT(1, 2, 5, 250),
    /** Three JVMs for each case, and cases that the short suite leaves out. */
    FULL(3, 3, 5, 500);

    private static final int ONCE_FORKS = 3;

    private final int forks;
    private final int warmups;
    private final int iterations;
    private final long millis;

    Suite(int forks, int warmups, int iterations, long millis) {
        this.forks = forks;
        this.warmups = warmups;
        this.iterations = iterations;
        this.millis = millis;
    }

    void applyTo(ChainedOptionsBuilder options) {
        options.forks(forks)
                .warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millis));
    }

    /** What can be measured only once in a JVM. */
    void applyOnceTo(ChainedOptionsBuilder options) {
        options.forks(forks == 0 ? 0 : ONCE_FORKS)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1));
    }

    boolean forks() {
        return forks > 0;
    }

    /**
     * In words.
     *
     * @return what it does for each case
     */
    public String describe() {
        return forks + (forks == 1 ? " JVM" : " JVMs") + " for each case, in each " + warmups
                + " iterations to warm up and " + iterations + " to measure, of " + millis + " ms";
    }
}
