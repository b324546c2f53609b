package dev.aiocontext.jmh;

import dev.aiocontext.RelayMode;
import dev.aiocontext.jmh.peer.AwakeNotifier;
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
 * What does it cost to notify a loop that is awake? It is awake for certain: it is held in a task that spins while another
 * thread notifies it a thousand times. Then, outside of what is timed, the loop runs what came.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AwakeLoopBenchmark {
    /** Which loop, and how. */
    @Param
    public AwakeNotifier.Way peer = AwakeNotifier.Way.AIO_WAKEUP;

    /** The relay's mode, of the library's own loop: one that is awake must not take it. */
    @Param({"OFF", "THREAD", "DEFERRED", "PROCESS"})
    public RelayMode relay = RelayMode.OFF;

    /** How often it is notified while it is held: JMH's figures are for all of these together, the report's for one. */
    @Param("1000")
    public int times;

    private AwakeNotifier notifier;

    /** Starts the loop. */
    @Setup(Level.Trial)
    public void open() {
        notifier = new AwakeNotifier(peer, relay, times);
    }

    /** Ends it. */
    @TearDown(Level.Trial)
    public void close() {
        notifier.close();
    }

    /** Holds the loop. */
    @Setup(Level.Invocation)
    public void hold() {
        notifier.hold();
    }

    /** Lets it run what came. */
    @TearDown(Level.Invocation)
    public void release() {
        notifier.release();
    }

    /** Notifies it. */
    @Benchmark
    public void notifyAwake() {
        notifier.notifyMany();
    }
}
