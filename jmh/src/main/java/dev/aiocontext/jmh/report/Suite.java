package dev.aiocontext.jmh.report;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long and how often each case is measured. */
public enum Suite {
    /** Each once, for a moment, in this JVM: whether they work. */
    SMOKE(0, 1, 1, 1, 0, 1, 10),
    /** One JVM for each case, and a few that take turns for throughput and latency. */
    SHORT(1, 3, 2, 20, 2, 5, 250),
    /** Throughput alone, of the peers that its goal names. */
    TASKS(1, 5, 3, 20, 4, 4, 200),
    /** Three JVMs or more for each case, and cases that the short suite leaves out. */
    FULL(3, 5, 3, 20, 3, 5, 500);

    private static final int ONCE_FORKS = 3;

    private final int forks;
    private final int throughputRounds;
    private final int latencyRounds;
    private final int processRounds;
    private final int warmups;
    private final int iterations;
    private final long millis;

    Suite(
            int forks,
            int throughputRounds,
            int latencyRounds,
            int processRounds,
            int warmups,
            int iterations,
            long millis) {
        this.forks = forks;
        this.throughputRounds = throughputRounds;
        this.latencyRounds = latencyRounds;
        this.processRounds = processRounds;
        this.warmups = warmups;
        this.iterations = iterations;
        this.millis = millis;
    }

    /** How often a case has its turn. */
    int rounds(Case next) {
        return switch (next.kind()) {
            case THROUGHPUT -> throughputRounds;
            case LATENCY, LATENESS -> latencyRounds;
            case WHOLE_PROCESS -> processRounds;
            case ONCE, OTHER -> 1;
        };
    }

    /** Sets how much JMH measures of a case in one turn. */
    void applyTo(ChainedOptionsBuilder options, Case next) {
        if (next.kind() == Case.Kind.ONCE) {
            options.forks(forks() ? ONCE_FORKS : 0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(1));
            return;
        }
        options.forks(next.takesTurns() ? Math.min(forks, 1) : forks)
                .warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millis));
    }

    /** For how many milliseconds a timer is armed again and again in one turn. */
    long latenessMillis() {
        return millis * iterations;
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
        return forks + (forks == 1 ? " JVM" : " JVMs") + " for each case, for throughput " + throughputRounds
                + " and for latency " + latencyRounds + " that take turns with those of the peers; in each " + warmups
                + " iterations to warm up and " + iterations + " to measure, of " + millis + " ms";
    }
}
