package dev.aiocontext.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.report.Allocation;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The steady state allocates nothing: each benchmark runs briefly, in a JVM of its own, under JMH's GC profiler, which
 * counts the bytes that all threads allocate. The times of so short a run say nothing and are not looked at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllocationTest {
    /** Of a descriptor, or of timers, in an operation. */
    private static final int EVENTS = 1000;

    /** As many as the benchmark makes of itself. */
    private static final int CHANGES = 10_000;

    private final Map<String, RunResult> results = new TreeMap<>();

    @BeforeAll
    void run() throws RunnerException {
        ChainedOptionsBuilder options = options()
                .include(SteadyStateBenchmark.class.getName())
                .include(DescriptorBenchmark.class.getName() + ".oneActive")
                .include(TwoLoopsBenchmark.class.getName())
                .include(AllocatingBenchmark.class.getName())
                .param("peer", "AIO_POLL", "AIO_EPOLL")
                .param("descriptors", "1")
                .param("times", Integer.toString(EVENTS))
                .param("relay", "OFF", "THREAD")
                .param("polling", "OFF");
        for (RunResult result : new Runner(options.build()).run()) {
            results.put(name(result), result);
        }
        ChainedOptionsBuilder interest = options()
                .include(InterestBenchmark.class.getName())
                .warmupIterations(1)
                .param("peer", "AIO_EPOLL");
        for (RunResult result : new Runner(interest.build()).run()) {
            results.put(name(result), result);
        }
        ChainedOptionsBuilder timers = options()
                .include(TimerBenchmark.class.getName() + ".(cancel|rearmLater|fire|armElsewhere)$")
                .warmupIterations(1)
                .param("peer", "AIO_TIMER")
                .param("pending", Integer.toString(EVENTS))
                .param("times", Integer.toString(EVENTS));
        for (RunResult result : new Runner(timers.build()).run()) {
            results.put(name(result), result);
        }
    }

    private static ChainedOptionsBuilder options() {
        return new OptionsBuilder()
                .addProfiler(GCProfiler.class)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(500))
                .shouldFailOnError(true);
    }

    /** Runs one of them again, in another JVM, which has more time to compile it: on a busy machine, the first had too little. */
    private static RunResult again(RunResult first) throws RunnerException {
        BenchmarkParams params = first.getParams();
        ChainedOptionsBuilder options =
                options().warmupIterations(5).include(Pattern.quote(params.getBenchmark()) + "$");
        for (String key : params.getParamsKeys()) {
            options.param(key, params.getParam(key));
        }
        return new Runner(options.build()).runSingle();
    }

    private static String name(RunResult result) {
        StringBuilder name = new StringBuilder(result.getPrimaryResult().getLabel());
        for (String key : result.getParams().getParamsKeys()) {
            if (key.equals("peer") || key.equals("relay")) {
                name.append(' ').append(result.getParams().getParam(key));
            }
        }
        return name.toString();
    }

    private RunResult result(String name) {
        return Objects.requireNonNull(results.get(name), () -> name + " is not in " + results.keySet());
    }

    private double count(String name, String counter) {
        return Objects.requireNonNull(result(name).getSecondaryResults().get(counter), counter)
                .getScore();
    }

    private static double bytesPerOperation(RunResult result) {
        return Allocation.perOperation(result).orElseThrow();
    }

    private void assertAllocatesNothing(String name) throws RunnerException {
        assertAllocatesNothing(name, 1);
    }

    /**
     * A third JVM has the last word: in one of about fifty the JIT does not inline the slice that the JDK makes of the
     * segment for errno, in one of the system calls, which then allocates 40 bytes.
     */
    private void assertAllocatesNothing(String name, int timesInAnOperation) throws RunnerException {
        double bytes = bytesPerOperation(result(name)) / timesInAnOperation;
        for (int more = 0; bytes >= Allocation.NOTHING && more < 2; more++) {
            bytes = bytesPerOperation(again(result(name))) / timesInAnOperation;
        }
        assertThat(bytes).as("bytes allocated by each %s", name).isLessThan(Allocation.NOTHING);
    }

    @Test
    void schedulingAndRunningABottomHalf() throws RunnerException {
        assertAllocatesNothing("scheduleAndPoll");
    }

    @Test
    void executingAndRunningATask() throws RunnerException {
        assertAllocatesNothing("executeAndPoll");
        assertAllocatesNothing("executeManyAndPoll");
    }

    @Test
    void wakingALoopThatIsAwake() throws RunnerException {
        assertAllocatesNothing("wakeupAwake");
    }

    @Test
    void callingTheHandlerOfADescriptor() throws RunnerException {
        assertAllocatesNothing("oneActive AIO_POLL", EVENTS);
        assertAllocatesNothing("oneActive AIO_EPOLL", EVENTS);
    }

    /** Of an operation, to add a pipe and to remove it again allocates some bytes. */
    @Test
    void changingTheInterestOfADescriptor() throws RunnerException {
        assertAllocatesNothing("change AIO_EPOLL", CHANGES);
    }

    /** Timers that were disarmed are armed again, and one in a hundred fires, beside what is timed. */
    @Test
    void armingDisarmingAndFiringATimer() throws RunnerException {
        assertAllocatesNothing("cancel AIO_TIMER", EVENTS);
        assertAllocatesNothing("rearmLater AIO_TIMER", EVENTS);
        assertAllocatesNothing("fire AIO_TIMER", EVENTS);
    }

    @Test
    void armingATimerFromAnotherThread() throws RunnerException {
        assertAllocatesNothing("armElsewhere AIO_TIMER", EVENTS);
    }

    @Test
    void wakingABlockedLoop() throws RunnerException {
        assertAllocatesNothing("thereAndBack OFF");
    }

    @Test
    void wakingABlockedLoopWithTheRelay() throws RunnerException {
        assertAllocatesNothing("thereAndBack THREAD");
    }

    @Test
    void theRoundTripsWereThoseOfBlockedLoops() {
        assertThat(count("thereAndBack OFF", "rung")).isPositive();
        assertThat(count("thereAndBack THREAD", "echoes")).isPositive();
        assertThat(count("thereAndBack THREAD", "rescues")).isZero();
    }

    /** The zeros mean something. */
    @Test
    void theProfilerSeesAnAllocation() {
        assertThat(bytesPerOperation(result("allocate"))).isGreaterThan(Allocation.NOTHING);
    }
}
