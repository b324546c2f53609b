package dev.aiocontext.jmh;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.RelayMode;
import dev.aiocontext.jmh.peer.Polling;
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
 * How fast do two loops go that talk to each other, with and without the relay? Each sends the other a bottom half and
 * waits for the other's: a trip there and one back, by doorbell, or found by polling.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TwoLoopsBenchmark {
    /** The two loops. The near one is the benchmark thread's. */
    @State(Scope.Benchmark)
    public static class Loops {
        /** Whether a ring also takes the relay. */
        @Param({"OFF", "THREAD", "DEFERRED", "PROCESS"})
        public RelayMode relay = RelayMode.OFF;

        /** Whether the loops poll before they block. */
        @Param
        public Polling polling = Polling.OFF;

        private AioContext near;
        private AioContext far;
        private BottomHalf there;
        private BottomHalf back;
        private Thread farHome;
        private boolean returned;

        /** Opens both and starts the far one's thread. */
        @Setup(Level.Trial)
        public void open() {
            near = polling.applyTo(AioContext.builder().name("near").relay(relay))
                    .open();
            far = polling.applyTo(AioContext.builder().name("far").relay(relay)).open();
            there = far.newBottomHalf("there", () -> back.schedule());
            back = near.newBottomHalf("back", () -> returned = true);
            farHome = Thread.ofPlatform().name("far").start(far::run);
            near.poll(false);
        }

        /**
         * Ends the thread and closes both.
         *
         * @throws InterruptedException never
         */
        @TearDown(Level.Trial)
        public void close() throws InterruptedException {
            far.stop();
            farHome.join();
            there.close();
            back.close();
            far.close();
            near.close();
        }

        private void roundTrip() {
            returned = false;
            there.schedule();
            while (!returned) {
                near.poll(true);
            }
        }
    }

    /** What became of the wake-ups of an iteration: a figure of blocked loops needs doorbells that rang. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Rings {
        private long rungBefore;
        private long echoesBefore;

        /** Doorbells rung, by both. */
        public long rung;

        /** Wake-ups that the relay brought late. */
        public long echoes;

        /** Wake-ups that only the relay brought: must be 0. */
        public long rescues;

        /**
         * Notes where the counters stand.
         *
         * @param loops the loops
         */
        @Setup(Level.Iteration)
        public void begin(Loops loops) {
            rungBefore = rung(loops);
            echoesBefore = echoes(loops);
        }

        /**
         * Takes the difference.
         *
         * @param loops the loops
         */
        @TearDown(Level.Iteration)
        public void end(Loops loops) {
            rung = rung(loops) - rungBefore;
            echoes = echoes(loops) - echoesBefore;
            rescues = loops.near.statistics().relay().rescues()
                    + loops.far.statistics().relay().rescues();
        }

        private static long rung(Loops loops) {
            AioStatistics near = loops.near.statistics();
            return near.wakeups().rung() + loops.far.statistics().wakeups().rung();
        }

        private static long echoes(Loops loops) {
            AioStatistics near = loops.near.statistics();
            return near.relay().echoes() + loops.far.statistics().relay().echoes();
        }
    }

    /**
     * There and back.
     *
     * @param loops the loops
     * @param rings counts
     */
    @Benchmark
    public void thereAndBack(Loops loops, Rings rings) {
        loops.roundTrip();
    }
}
