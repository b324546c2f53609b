package dev.aiocontext.jmh;

import dev.aiocontext.jmh.calls.Call;
import dev.aiocontext.jmh.calls.CallWay;
import dev.aiocontext.jmh.calls.Fixture;
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

/** What does a system call cost, in each of the ways that Java has to make one? Those that the loop and the relay make. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SystemCallBenchmark {
    /** The way. */
    @Param
    public CallWay.Way peer = CallWay.Way.AIO_FFM_ERRNO;

    /** What is called. */
    @Param
    public Call call = Call.GETTID;

    /** How often within an operation: JMH's figures are for all of these together, the report's for one. */
    @Param("1000")
    public int times;

    private Fixture fixture;
    private CallWay way;

    /** Makes all ready. */
    @Setup(Level.Trial)
    public void open() {
        fixture = new Fixture();
        way = CallWay.open(peer, fixture);
    }

    /** Frees it. */
    @TearDown(Level.Trial)
    public void close() {
        fixture.close();
    }

    /** Calls. */
    @Benchmark
    public void call() {
        way.repeat(call, times);
    }
}
