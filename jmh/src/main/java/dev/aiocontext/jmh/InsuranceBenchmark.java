package dev.aiocontext.jmh;

import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.jmh.machine.Affinity;
import dev.aiocontext.jmh.machine.Pin;
import dev.aiocontext.jmh.peer.InsuredLoop;
import dev.aiocontext.jmh.peer.InsuredLoop.Insurance;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Which insurance against a lost wake-up is the cheapest, and what is it worth? Its price, with a doorbell that rings: to the
 * notifier, to the wake-up, and in processor time while nothing happens. And its worth: how late a wake-up is whose doorbell
 * is lost, each of them on purpose. The notifier has one core, the loop and what watches it have another.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InsuranceBenchmark {
    private static final long IDLE_MILLIS = 200;

    /** A loop that is woken. */
    @State(Scope.Benchmark)
    public static class Loop {
        /** Its insurance. */
        @Param
        public Insurance peer = Insurance.NONE;

        private final SplittableRandom random = new SplittableRandom();
        private InsuredLoop loop;
        private boolean lossy;

        /**
         * Starts it.
         *
         * @param benchmark which one
         */
        @Setup(Level.Trial)
        public void open(BenchmarkParams benchmark) {
            lossy = benchmark.getBenchmark().endsWith(".rescue");
            if (lossy && peer == Insurance.NONE) {
                throw new IllegalArgumentException(
                        "without an insurance a lost wake-up takes for ever: leave NONE out");
            }
            loop = Pin.apart().around(() -> new InsuredLoop(peer));
            loop.deafen(lossy);
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void close() {
            loop.close();
            Affinity.unpin();
        }

        /** Waits until it sleeps; to be rescued, for a random time more, for a rescue is in step with the looks otherwise. */
        @Setup(Level.Invocation)
        public void settle() {
            loop.settle();
            SleepWatch.awaitHalt();
            if (lossy && !peer.period().isZero()) {
                LockSupport.parkNanos(random.nextLong(peer.period().toNanos()));
                loop.settle();
            }
        }
    }

    /** Processor time of the loop and of the thread that watches over it. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Idling {
        private long before;
        private long start;

        /** Used by them. */
        public long usedNanos;

        /** How long they had nothing to do. */
        public long idleNanos;

        /**
         * Notes where the clocks stand.
         *
         * @param loop the loop
         */
        @Setup(Level.Iteration)
        public void begin(Loop loop) {
            before = loop.loop.loopNanos() + loop.loop.otherNanos();
            start = System.nanoTime();
        }

        /**
         * Takes the difference.
         *
         * @param loop the loop
         */
        @TearDown(Level.Iteration)
        public void end(Loop loop) {
            usedNanos = loop.loop.loopNanos() + loop.loop.otherNanos() - before;
            idleNanos = System.nanoTime() - start;
        }
    }

    /**
     * What the call costs that wakes the loop.
     *
     * @param loop the loop
     */
    @Benchmark
    public void notifier(Loop loop) {
        loop.loop.wake();
    }

    /**
     * How long it takes from that call until the loop has run. The notifier spins meanwhile.
     *
     * @param loop the loop
     */
    @Benchmark
    public void wakeup(Loop loop) {
        loop.loop.wakeAndWait();
    }

    /**
     * How long it takes when the doorbell is lost. Without an insurance it would take for ever, so {@link Insurance#NONE} is
     * refused.
     *
     * @param loop the loop
     */
    @Benchmark
    public void rescue(Loop loop) {
        loop.loop.wakeAndWait();
    }

    /**
     * What it takes while nothing happens.
     *
     * @param loop the loop
     * @param idling takes it
     * @throws InterruptedException never
     */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public void idle(Loop loop, Idling idling) throws InterruptedException {
        Thread.sleep(IDLE_MILLIS);
    }
}
