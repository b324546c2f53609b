package dev.aiocontext.jmh;

import dev.aiocontext.jmh.peer.Threads;
import dev.aiocontext.jmh.peer.VirtualRoundTrip;
import java.io.IOException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a virtual thread take to ask a platform thread, and to go on with the answer? One after the other, by calls on a loop or by
 * a descriptor, beside the least that it can take: a park and an unpark each way.
 *
 * <p>Virtual threads have one carrier, as the loop has one thread: two would hand the one virtual thread to and fro.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(VirtualThreadBenchmark.TRIPS)
@Fork(
        value = 3,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1"
        })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VirtualThreadBenchmark {
    /** How many trips a virtual thread makes: its start is a small part of that. */
    public static final int TRIPS = 1_000;

    /** How it asks. */
    @Param
    public VirtualRoundTrip.Peer peer = VirtualRoundTrip.Peer.AIO_CALL;

    private VirtualRoundTrip asker;

    /**
     * Starts the platform thread.
     *
     * @throws IOException if there are no descriptors
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        asker = VirtualRoundTrip.open(peer);
    }

    /**
     * Ends it.
     *
     * @throws IOException never
     */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        asker.close();
    }

    /**
     * There and back.
     *
     * @return how often the platform thread was asked
     * @throws Exception if a trip fails
     */
    @Benchmark
    public long thereAndBack() throws Exception {
        FutureTask<Long> trips = new FutureTask<>(() -> {
            asker.trips(TRIPS);
            return asker.asked();
        });
        Threads.join(Thread.startVirtualThread(trips));
        return trips.get();
    }
}
