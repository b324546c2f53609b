package dev.aiocontext.jmh;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.RelayMode;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a piece of work cost a loop that does not block? The benchmark's thread is the home thread and its own
 * notifier, so no kernel and no other core is in the figure. The relay is off: a loop that is awake never takes it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SteadyStateBenchmark {
    private static final int TASKS = 1000;

    private final AioContext context = AioContext.builder().relay(RelayMode.OFF).open();
    private final BottomHalf bottomHalf = context.newBottomHalf("benchmark", this::count);
    private final Runnable task = this::count;
    private int calls;

    private void count() {
        calls++;
    }

    /** Makes this the home thread. */
    @Setup(Level.Trial)
    public void adopt() {
        context.poll(false);
    }

    /** Closes the context. */
    @TearDown(Level.Trial)
    public void close() {
        bottomHalf.close();
        context.close();
    }

    /**
     * Schedules a bottom half and runs it.
     *
     * @return how many ran so far
     */
    @Benchmark
    public int scheduleAndPoll() {
        bottomHalf.schedule();
        context.poll(false);
        return calls;
    }

    /**
     * Executes a task and runs it.
     *
     * @return how many ran so far
     */
    @Benchmark
    public int executeAndPoll() {
        context.execute(task);
        context.poll(false);
        return calls;
    }

    /**
     * Executes a thousand tasks, then runs them all in one iteration: what one of them costs without the iteration.
     *
     * @return how many ran so far
     */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public int executeManyAndPoll() {
        for (int i = 0; i < TASKS; i++) {
            context.execute(task);
        }
        context.poll(false);
        return calls;
    }

    /** Wakes a loop that is awake. */
    @Benchmark
    public void wakeupAwake() {
        context.wakeup();
    }
}
