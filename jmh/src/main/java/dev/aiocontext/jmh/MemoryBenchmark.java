package dev.aiocontext.jmh;

import dev.aiocontext.jmh.machine.FileLimit;
import dev.aiocontext.jmh.machine.Footprint;
import dev.aiocontext.jmh.peer.DescriptorSet;
import dev.aiocontext.jmh.peer.LoopPeer;
import dev.aiocontext.jmh.peer.TaskLoop;
import dev.aiocontext.jmh.peer.Threads;
import dev.aiocontext.jmh.peer.TimerSet;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much memory do an idle loop, a watched descriptor and an armed timer keep? Many are opened, the garbage is collected, and the growth of
 * the heap, of the process and of its descriptors is divided by their number. Once in a JVM: a second time would find what
 * the first has left. The time says nothing.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:SoftRefLRUPolicyMSPerMB=0"})
@Warmup(iterations = 0)
@Measurement(iterations = 1, time = 1, timeUnit = TimeUnit.MILLISECONDS)
public class MemoryBenchmark {
    private static final int LOOPS = 100;
    private static final int DESCRIPTORS = 5000;
    private static final int OPEN_FILES = 2 * DESCRIPTORS;
    private static final int TIMERS = 1_000_000;

    /** What each of them keeps. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Kept {
        /** Bytes of heap, of all of them. */
        public long heapBytes;

        /** Bytes of the process, resident, of all of them. */
        public long residentBytes;

        /** Descriptors of all of them. */
        public long openFiles;

        /** How many. */
        public long count;

        private final List<AutoCloseable> opened = new ArrayList<>();

        void measure(Footprint before, int number) {
            Footprint after = Footprint.now();
            heapBytes += after.heapBytes() - before.heapBytes();
            residentBytes += after.residentBytes() - before.residentBytes();
            openFiles += after.openFiles() - before.openFiles();
            count += number;
        }

        /**
         * Closes what was opened.
         *
         * @throws Exception never
         */
        @TearDown(Level.Invocation)
        public void close() throws Exception {
            for (AutoCloseable each : opened) {
                each.close();
            }
            opened.clear();
        }
    }

    /** Whose loops. */
    @State(Scope.Thread)
    public static class Loops {
        /** Which. */
        @Param({
            "AIO_POLL",
            "AIO_EPOLL",
            "NETTY_NIO",
            "NETTY_EPOLL",
            "NETTY_IO_URING",
            "SELECTOR",
            "THREAD_POOL",
            "VIRTUAL_THREAD"
        })
        public LoopPeer peer = LoopPeer.AIO_POLL;
    }

    /** Who watches. */
    @State(Scope.Thread)
    public static class Watchers {
        /** Which. */
        @Param({"AIO_POLL", "AIO_EPOLL", "NETTY_EPOLL", "SELECTOR"})
        public DescriptorSet.Peer peer = DescriptorSet.Peer.AIO_EPOLL;
    }

    /**
     * Idle loops, each with its thread, which has run one task.
     *
     * @param loops whose
     * @param kept takes what they keep
     */
    @Benchmark
    public void idleLoop(Loops loops, Kept kept) {
        openAndUse(loops.peer).close(); // loads the classes
        Footprint before = Footprint.now();
        for (int i = 0; i < LOOPS; i++) {
            kept.opened.add(openAndUse(loops.peer));
        }
        kept.measure(before, LOOPS);
    }

    private static TaskLoop openAndUse(LoopPeer peer) {
        TaskLoop loop = peer.open();
        Threads.runOn(loop, () -> {});
        return loop;
    }

    /**
     * Watched descriptors, with their handlers.
     *
     * @param watchers whose
     * @param kept takes what they keep
     */
    @Benchmark
    public void registration(Watchers watchers, Kept kept) {
        if (!FileLimit.raise(OPEN_FILES)) {
            throw new IllegalStateException("`ulimit -Hn` must be at least " + OPEN_FILES);
        }
        DescriptorSet.open(watchers.peer, 1, 1).close(); // loads the classes
        Footprint before = Footprint.now();
        kept.opened.add(DescriptorSet.open(watchers.peer, DESCRIPTORS, 1));
        kept.measure(before, DESCRIPTORS);
    }

    /** Whose timers. */
    @State(Scope.Thread)
    public static class Clocks {
        /** Which. */
        @Param({"AIO_TIMER", "AIO_WHEEL", "NETTY_QUEUE", "HASHED_WHEEL", "AGRONA_WHEEL", "SCHEDULED_POOL"})
        public TimerSet.Peer peer = TimerSet.Peer.AIO_TIMER;
    }

    /**
     * Armed timers, with one name and one handler for all; the reference by which the program knows each is counted too.
     *
     * @param clocks whose
     * @param kept takes what they keep
     */
    @Benchmark
    public void timer(Clocks clocks, Kept kept) {
        TimerSet.open(clocks.peer, 1).close(); // loads the classes
        Footprint before = Footprint.now();
        TimerSet timers = TimerSet.open(clocks.peer, TIMERS);
        kept.opened.add(timers);
        for (int i = 0; i < TIMERS; i++) {
            timers.arm(i, TimerSet.LONGEST / 2 + i * (TimerSet.LONGEST / 2 / TIMERS));
        }
        kept.measure(before, TIMERS);
    }
}
