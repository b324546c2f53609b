package dev.aiocontext.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The steady state allocates nothing: each benchmark runs briefly, in a JVM of its own, under JMH's GC profiler, which
 * counts the bytes that all threads allocate. The times of so short a run say nothing and are not looked at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllocationTest {
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";

    /**
     * The harness itself allocates some kilobytes in each iteration, and what the JIT compiles late has allocated before:
     * over the thousands of operations of an iteration that is hundredths of a byte. No Java object is smaller than 8
     * bytes, and ours are of 16 or more, so the limit lets nothing pass that more than one operation in 16 allocates.
     */
    private static final double TOLERANCE = 0.5;

    private final Map<String, RunResult> results = new TreeMap<>();

    @BeforeAll
    void run() throws RunnerException {
        Options options = new OptionsBuilder()
                .include(SteadyStateBenchmark.class.getName())
                .include(DescriptorBenchmark.class.getName())
                .include(RoundTripBenchmark.class.getName())
                .include(AllocatingBenchmark.class.getName())
                .addProfiler(GCProfiler.class)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(2)
                .measurementTime(TimeValue.milliseconds(500))
                .shouldFailOnError(true)
                .build();
        Collection<RunResult> all = new Runner(options).run();
        for (RunResult result : all) {
            results.put(name(result), result);
        }
    }

    private static String name(RunResult result) {
        StringBuilder name = new StringBuilder(result.getPrimaryResult().getLabel());
        for (String key : result.getParams().getParamsKeys()) {
            name.append(' ').append(result.getParams().getParam(key));
        }
        return name.toString();
    }

    private double secondary(String name, String label) {
        RunResult result = Objects.requireNonNull(results.get(name), () -> name + " is not in " + results.keySet());
        return Objects.requireNonNull(result.getSecondaryResults().get(label), label)
                .getScore();
    }

    private void assertAllocatesNothing(String name) {
        assertThat(secondary(name, BYTES_PER_OPERATION))
                .as("bytes allocated by each %s", name)
                .isLessThan(TOLERANCE);
    }

    @Test
    void schedulingAndRunningABottomHalf() {
        assertAllocatesNothing("scheduleAndPoll");
    }

    @Test
    void wakingALoopThatIsAwake() {
        assertAllocatesNothing("wakeupAwake");
    }

    @Test
    void callingTheHandlerOfADescriptor() {
        assertAllocatesNothing("dispatch POLL");
        assertAllocatesNothing("dispatch EPOLL");
    }

    @Test
    void wakingABlockedLoop() {
        assertAllocatesNothing("roundTrip OFF");
    }

    @Test
    void wakingABlockedLoopWithTheRelay() {
        assertAllocatesNothing("roundTrip THREAD");
    }

    @Test
    void theRoundTripsWereThoseOfBlockedLoops() {
        assertThat(secondary("roundTrip OFF", "rung")).isPositive();
        assertThat(secondary("roundTrip THREAD", "echoes")).isPositive();
        assertThat(secondary("roundTrip THREAD", "rescues")).isZero();
    }

    /** The zeros mean something. */
    @Test
    void theProfilerSeesAnAllocation() {
        assertThat(secondary("allocate", BYTES_PER_OPERATION)).isGreaterThan(TOLERANCE);
    }
}
