package dev.aiocontext.jmh;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.jmh.machine.Affinity;
import dev.aiocontext.jmh.machine.Pin;
import dev.aiocontext.jmh.peer.CRelayChain;
import dev.aiocontext.jmh.peer.InsuredLoop;
import dev.aiocontext.jmh.peer.InsuredLoop.Insurance;
import dev.aiocontext.jmh.peer.NotifiedLoop;
import java.util.concurrent.TimeUnit;
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

/**
 * What does the relay cost? Each wake-up begins when the loop sleeps in the kernel, its processor has halted, and the echo of
 * the last one is over; that is not timed. The notifier has one core, the loop and the relay's thread have another. The C
 * chain is the workaround of 2015, with nothing around it.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RelayBenchmark {
    /** A loop that is woken. */
    @State(Scope.Benchmark)
    public static class Loop {
        /** Whose loop, and the relay's mode. */
        @Param({"AIO_OFF", "AIO_THREAD", "AIO_DEFERRED", "AIO_PROCESS", "C_OFF", "C_THREAD", "C_PROCESS"})
        public String peer = "";

        private NotifiedLoop loop;

        /** Starts it. */
        @Setup(Level.Trial)
        public void open() {
            RelayMode mode = RelayMode.valueOf(peer.substring(peer.indexOf('_') + 1));
            loop = Pin.apart().around(() -> open(mode));
        }

        private NotifiedLoop open(RelayMode mode) {
            if (peer.startsWith("C_")) {
                return new CRelayChain(mode);
            }
            return new InsuredLoop(mode == RelayMode.OFF ? Insurance.NONE : Insurance.valueOf("RELAY_" + mode));
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void close() {
            loop.close();
            Affinity.unpin();
        }

        /** Waits until it sleeps. */
        @Setup(Level.Invocation)
        public void settle() {
            loop.settle();
            SleepWatch.awaitHalt();
        }
    }

    /** Processor time that the wake-ups of an iteration took beside the notifier. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Processors {
        private long loopBefore;
        private long otherBefore;

        /** By the loop's thread. */
        public long loopNanos;

        /** By the relay's thread. */
        public long relayNanos;

        /** How many wake-ups. */
        public long wakeups;

        /**
         * Notes where the clocks stand.
         *
         * @param loop the loop
         */
        @Setup(Level.Iteration)
        public void begin(Loop loop) {
            loop.loop.settle();
            loopBefore = loop.loop.loopNanos();
            otherBefore = loop.loop.otherNanos();
        }

        /**
         * Takes the difference.
         *
         * @param loop the loop
         */
        @TearDown(Level.Iteration)
        public void end(Loop loop) {
            loop.loop.settle();
            loopNanos = loop.loop.loopNanos() - loopBefore;
            relayNanos = loop.loop.otherNanos() - otherBefore;
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
     * Which processor time a wake-up takes elsewhere: with the relay, the echo is in it.
     *
     * @param loop the loop
     * @param processors takes it
     */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public void processorTime(Loop loop, Processors processors) {
        processors.wakeups++;
        loop.loop.wakeAndWait();
    }
}
