package dev.aiocontext.jmh;

import dev.aiocontext.jmh.peer.HeldTimers;
import dev.aiocontext.jmh.peer.TimerSet;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does a timer cost the thread that fires it, while many are pending? Deadlines are 1 ms to 10 min away, at random. The timers are
 * visited in an order that the memory does not have, so at a million each is a cache miss. All timers are visited once in 6 s of the
 * time that the structures are told, so one in a hundred fires before it is visited again. The executors of the JDK and {@code
 * HashedWheelTimer} cannot be told: there the time is that of the machine, and fewer fire. An arming of the library's reads no clock, as in
 * a callback that uses {@code ctx.now()}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimerBenchmark {
    /** In this time each timer is visited once. */
    private static final long ROUND = TimerSet.LONGEST / 100;

    /** How many requests a loop handles between two looks at its timers. */
    private static final int STRIDE = 100;

    /** Timers that are all pending. */
    @State(Scope.Thread)
    public static class Pending {
        /** Whose. */
        @Param
        public TimerSet.Peer peer = TimerSet.Peer.AIO_TIMER;

        /** How many. */
        @Param({"1000", "10000", "100000", "1000000"})
        public int pending;

        /** How many an operation is about: JMH's figures are for all of these together, the report's for one. */
        @Param("1000")
        public int times;

        private TimerSet timers;
        private int next;
        private long later = TimerSet.LONGEST;
        private final Delays delays = new Delays();

        /** Arms them. */
        @Setup(Level.Trial)
        public void open() {
            timers = TimerSet.open(peer, pending);
            for (int i = 0; i < pending; i++) {
                timers.arm(i, delays.next());
            }
        }

        /** Frees them. */
        @TearDown(Level.Trial)
        public void close() {
            timers.close();
        }

        /** The time passes in which so many are visited. */
        void pass(int visits) {
            timers.pass(ROUND / pending * visits);
            timers.fireDue();
        }

        /** The first of the next so many. */
        int take() {
            int first = next;
            next = first + 2 * times <= pending ? first + times : 0;
            return first;
        }
    }

    /** Timers that are all pending; those that were disarmed are armed again. */
    @State(Scope.Thread)
    public static class Cancelled extends Pending {
        private int first;

        /** Arms them again. */
        @TearDown(Level.Invocation)
        public void armAgain() {
            for (int i = 0; i < super.times; i++) {
                super.timers.arm(first + i, super.delays.next());
            }
            pass(super.times);
        }
    }

    /** Timers that are all pending, but for some that were just made. */
    @State(Scope.Thread)
    public static class Fresh extends Pending {
        private int first;

        /** Makes them. */
        @Setup(Level.Invocation)
        public void make() {
            pass(super.times);
            first = take();
            for (int i = 0; i < super.times; i++) {
                super.timers.cancel(first + i);
                super.timers.renew(first + i);
            }
        }
    }

    /** Timers that are all due. */
    @State(Scope.Thread)
    public static class Due {
        /** Whose. */
        @Param({"AIO_TIMER", "AIO_WHEEL", "NETTY_QUEUE", "AGRONA_WHEEL", "SCHEDULED_POOL"})
        public TimerSet.Peer peer = TimerSet.Peer.AIO_TIMER;

        /** How many. */
        @Param({"1000", "10000", "100000", "1000000"})
        public int pending;

        /** The same number, for the report to divide by. */
        @Param({"1000", "10000", "100000", "1000000"})
        public int times;

        private TimerSet timers;
        private final Delays delays = new Delays();
        private long fired;

        /** Makes them. */
        @Setup(Level.Trial)
        public void open() {
            if (times != pending) {
                throw new IllegalStateException("all that are pending are fired: times must be " + pending);
            }
            timers = TimerSet.open(peer, pending);
        }

        /** Arms them, and lets the time pass. */
        @Setup(Level.Invocation)
        public void arm() {
            timers.armAndPass(pending, delays::next);
        }

        /** All have fired. */
        @TearDown(Level.Invocation)
        public void check() {
            fired += pending;
            if (timers.fired() != fired) {
                throw new IllegalStateException(timers.fired() + " have fired, not " + fired);
            }
        }

        /** Frees them. */
        @TearDown(Level.Trial)
        public void close() {
            timers.close();
        }
    }

    /** Timers of a loop that another thread arms. */
    @State(Scope.Thread)
    public static class Held {
        /** Whose. */
        @Param
        public HeldTimers.Peer peer = HeldTimers.Peer.AIO_TIMER;

        /** How many an operation is about. */
        @Param("1000")
        public int times;

        private HeldTimers timers;

        /** Starts the loop. */
        @Setup(Level.Trial)
        public void open() {
            timers = HeldTimers.open(peer, times);
        }

        /** Keeps it awake. */
        @Setup(Level.Invocation)
        public void hold() {
            timers.hold();
        }

        /** Lets it take what came. */
        @TearDown(Level.Invocation)
        public void release() {
            timers.release();
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void close() {
            timers.close();
        }
    }

    /** Delays at random: a multiplication and an addition each. */
    private static final class Delays {
        private static final long SPAN = TimerSet.LONGEST - TimerSet.SHORTEST;

        private long seed = 42;

        long next() {
            seed = seed * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            return TimerSet.SHORTEST + Math.unsignedMultiplyHigh(seed, SPAN);
        }
    }

    /**
     * Disarms.
     *
     * @param state the timers
     * @param processor counts its time
     */
    @Benchmark
    public void cancel(Cancelled state, ProcessorTime processor) {
        processor.begin();
        Pending all = state;
        int first = all.take();
        state.first = first;
        for (int i = 0; i < all.times; i++) {
            all.timers.cancel(first + i);
        }
        processor.end(all.times);
    }

    /**
     * Arms what is armed for later than before.
     *
     * @param all the timers
     * @param processor counts its time
     */
    @Benchmark
    public void rearmLater(Pending all, ProcessorTime processor) {
        processor.begin();
        int first = all.take();
        for (int i = 0; i < all.times; i++) {
            all.timers.rearm(first + i, ++all.later);
        }
        processor.end(all.times);
    }

    /**
     * Arms what was just made.
     *
     * @param state the timers
     * @param processor counts its time
     */
    @Benchmark
    public void arm(Fresh state, ProcessorTime processor) {
        processor.begin();
        Pending all = state;
        for (int i = 0; i < all.times; i++) {
            all.timers.arm(state.first + i, all.delays.next());
        }
        processor.end(all.times);
    }

    /**
     * What a server does for each request: re-arms the timeout of the connection to later, disarms it, and arms it for the next
     * request. One in a hundred fires meanwhile.
     *
     * @param all the timers
     * @param processor counts its time
     */
    @Benchmark
    public void request(Pending all, ProcessorTime processor) {
        processor.begin();
        int first = all.take();
        for (int i = 0; i < all.times; i++) {
            all.timers.rearm(first + i, ++all.later);
            all.timers.cancel(first + i);
            all.timers.arm(first + i, all.delays.next());
            if (i % STRIDE == 0) {
                all.pass(STRIDE);
            }
        }
        processor.end(all.times);
    }

    /**
     * Finds the next deadline after the earliest timer was disarmed: arms it, disarms it, and asks.
     *
     * @param all the timers
     * @param processor counts its time
     * @param sink takes the answer
     */
    @Benchmark
    public void nextDeadline(Pending all, ProcessorTime processor, Blackhole sink) {
        processor.begin();
        int first = all.take();
        for (int i = 0; i < all.times; i++) {
            all.timers.rearm(first + i, 1);
            all.timers.cancel(first + i);
            sink.consume(all.timers.nextDeadline());
            all.timers.arm(first + i, all.delays.next());
        }
        processor.end(all.times);
    }

    /**
     * An iteration in which nothing is due: fires nothing, and asks for the next deadline.
     *
     * @param all the timers
     * @param processor counts its time
     * @param sink takes the answer
     */
    @Benchmark
    public void idle(Pending all, ProcessorTime processor, Blackhole sink) {
        processor.begin();
        for (int i = 0; i < all.times; i++) {
            all.timers.fireDue();
            sink.consume(all.timers.nextDeadline());
        }
        processor.end(all.times);
    }

    /**
     * Fires all.
     *
     * @param due the timers
     * @param processor counts its time
     */
    @Benchmark
    public void fire(Due due, ProcessorTime processor) {
        processor.begin();
        due.timers.fireDue();
        processor.end(due.times);
    }

    /**
     * Arms timers of a loop that is awake from another thread: for less than before, so that the loop has to hear of each.
     *
     * @param held the timers
     * @param processor counts its time
     */
    @Benchmark
    public void armElsewhere(Held held, ProcessorTime processor) {
        processor.begin();
        held.timers.armAll();
        processor.end(held.times);
    }
}
