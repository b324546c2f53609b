package dev.aiocontext.jmh;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to find one descriptor ready and to call its handler? One active of one, by each monitor. Three
 * system calls are in the figure: the write that makes it ready, the wait, and the handler's read.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DescriptorBenchmark {
    /** How the loop waits. */
    @Param({"POLL", "EPOLL"})
    public MonitorMode monitor = MonitorMode.AUTO;

    private final EventNotifier event = EventNotifier.open();
    private AioContext context;
    private int calls;

    /** Opens the context, with this as its home thread. */
    @Setup(Level.Trial)
    public void open() {
        context = AioContext.builder().relay(RelayMode.OFF).monitor(monitor).open();
        context.onReadable(event.fd(), fd -> {
            event.testAndClear();
            calls++;
        });
        context.poll(false);
    }

    /** Closes the context, then the descriptor. */
    @TearDown(Level.Trial)
    public void close() {
        context.close();
        event.close();
    }

    /**
     * Makes the descriptor readable and calls its handler.
     *
     * @return how often it was called so far
     */
    @Benchmark
    public int dispatch() {
        event.set();
        context.poll(false);
        return calls;
    }
}
