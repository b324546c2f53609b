package dev.aiocontext.jmh;

import dev.aiocontext.jmh.peer.PoolRoundTrip;
import java.util.concurrent.ExecutionException;
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
 * How long does it take to have work done by another thread and to hear of it? One piece at a time, of no work at all. With
 * the library the completion arrives on the loop that handed the work over; with the others a thread waits for it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ThreadPoolBenchmark {
    /** Whose threads. */
    @Param
    public PoolRoundTrip.Peer peer = PoolRoundTrip.Peer.AIO_THREAD_POOL;

    private PoolRoundTrip pool;

    /** Opens it. */
    @Setup(Level.Trial)
    public void open() {
        pool = PoolRoundTrip.open(peer);
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
        pool.close();
    }

    /**
     * There and back.
     *
     * @return how often the work was done
     * @throws InterruptedException never
     * @throws ExecutionException never
     */
    @Benchmark
    public long workAndBack() throws InterruptedException, ExecutionException {
        return pool.trip();
    }
}
