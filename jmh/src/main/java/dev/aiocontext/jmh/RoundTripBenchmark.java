package dev.aiocontext.jmh;

import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.jmh.machine.Affinity;
import dev.aiocontext.jmh.machine.Pin;
import dev.aiocontext.jmh.peer.Polling;
import dev.aiocontext.jmh.peer.RoundTrip;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * How long does it take to wake a blocked loop and to hear of it? The benchmark's thread hands the loop a task, and the
 * task tells it back.
 *
 * <p>Each trip begins when the kernel says that the loop's thread sleeps, so none finds the loop still awake, and when its
 * processor, if it has one of its own, has halted; that wait is not timed. Loops that spin ({@code SPIN}, {@code C_SPIN}, the
 * library's with adaptive polling) are asked at once: never to sleep is what they are for.
 *
 * <p>Pinned, it is by sched_setaffinity(2) in both threads; all that the peer starts inherits its thread's processor.
 * Virtual threads have one carrier, as the loops have one thread: two would hand the one virtual thread to and fro.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1"
        })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoundTripBenchmark {
    /** Who is asked. */
    @Param({
        "AIO_POLL",
        "AIO_EPOLL",
        "NETTY_NIO",
        "NETTY_EPOLL",
        "NETTY_IO_URING",
        "SELECTOR",
        "THREAD_POOL",
        "VIRTUAL_THREAD",
        "PARK",
        "SPIN",
        "FFM_POLL",
        "C_POLL",
        "C_EPOLL",
        "C_SPIN"
    })
    public String peer = "";

    /** Whether the library's loop polls before it blocks; the others do not know it. */
    @Param
    public Polling polling = Polling.OFF;

    /** How the asker waits. */
    @Param
    public RoundTrip.Reply reply = RoundTrip.Reply.PARK;

    /** Which processors the two threads may use. */
    @Param
    public Pin pin = Pin.NONE;

    private RoundTrip roundTrip;
    private @Nullable SleepWatch watch;

    /** Starts the peer. */
    @Setup(Level.Trial)
    public void open() {
        roundTrip = pin.around(() -> RoundTrip.open(peer, polling, reply));
        boolean spins = peer.endsWith("SPIN") || polling != Polling.OFF;
        watch = spins ? null : new SleepWatch(roundTrip.tid());
    }

    /** Ends it. */
    @TearDown(Level.Trial)
    public void close() {
        Affinity.unpin();
        roundTrip.close();
        if (watch != null) {
            watch.close();
        }
    }

    /** Waits until the loop has blocked. */
    @Setup(Level.Invocation)
    public void awaitBlocked() {
        if (watch != null) {
            watch.awaitSleep();
            SleepWatch.awaitHalt();
        }
    }

    /** There and back. */
    @Benchmark
    public void roundTrip() {
        roundTrip.trip();
    }
}
