package dev.aiocontext.jmh.peer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Timers by their numbers, in one structure, as one thread uses them. */
public interface TimerSet extends AutoCloseable {
    /** The least delay of a timer that waits, in nanoseconds. */
    long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);

    /** The greatest one. */
    long LONGEST = TimeUnit.MINUTES.toNanos(10);

    /** Whose timers. */
    enum Peer {
        /** {@code AioTimer}, by its home thread. */
        AIO_TIMER,
        /** The structure of {@link #AIO_TIMER} alone: {@code TimerQueue}. */
        AIO_WHEEL,
        /** The queue that each event loop of Netty has, used by the loop's own thread. */
        NETTY_QUEUE,
        /** Netty's {@code HashedWheelTimer}. */
        HASHED_WHEEL,
        /** Agrona's {@code DeadlineTimerWheel}. */
        AGRONA_WHEEL,
        /** {@code ScheduledThreadPoolExecutor}, the caller in place of its worker. */
        SCHEDULED_POOL,
        /** {@code ForkJoinPool.schedule}, from JDK 25 on. */
        FORK_JOIN,
        /** The limit: one compare-and-set for each operation, and nothing that fires. */
        COMPARE_AND_SET;

        /**
         * Says whether the caller fires the timers.
         *
         * @return false if a thread of the peer's own does, or nobody
         */
        public boolean isFiredByCaller() {
            return this != HASHED_WHEEL && this != FORK_JOIN && this != COMPARE_AND_SET;
        }

        /**
         * Says whether this JDK has it.
         *
         * @return whether it can be opened
         */
        public boolean isAvailable() {
            return this != FORK_JOIN || ExecutorTimers.canForkJoinPoolSchedule();
        }
    }

    /**
     * Opens the peer. The calling thread is its thread.
     *
     * @param peer which one
     * @param timers how many timers there are, none armed
     * @return the timers
     */
    static TimerSet open(Peer peer, int timers) {
        return switch (peer) {
            case AIO_TIMER -> new AioTimers(timers);
            case AIO_WHEEL -> new WheelTimers(timers);
            case NETTY_QUEUE -> ExecutorTimers.ofNetty(timers);
            case HASHED_WHEEL -> new HashedWheelTimers(timers);
            case AGRONA_WHEEL -> new AgronaTimers(timers);
            case SCHEDULED_POOL -> ExecutorTimers.ofPool(timers);
            case FORK_JOIN -> ExecutorTimers.ofForkJoinPool(timers);
            case COMPARE_AND_SET -> new BareHandles(timers);
        };
    }

    /**
     * Makes a timer anew that is not armed, where timers are objects that live longer than an arming.
     *
     * @param timer its number
     */
    default void renew(int timer) {}

    /**
     * Arms a timer that is not armed.
     *
     * @param timer its number
     * @param delay how long from now, in nanoseconds
     */
    void arm(int timer, long delay);

    /**
     * Arms a timer that is armed for another time.
     *
     * @param timer its number
     * @param delay how long from now, in nanoseconds
     */
    void rearm(int timer, long delay);

    /**
     * Disarms a timer.
     *
     * @param timer its number
     */
    void cancel(int timer);

    /** Fires all timers that are due, unless a thread of the peer's own does. */
    void fireDue();

    /**
     * Tells how many have fired.
     *
     * @return the number so far
     */
    long fired();

    /**
     * Finds out how long a loop may sleep.
     *
     * @return the next deadline by the peer's clock; 0 if the peer cannot tell
     */
    long nextDeadline();

    /**
     * Tells the time to those that have no clock of their own; others have their own time.
     *
     * @param nanos how much has passed
     */
    default void pass(long nanos) {}

    /**
     * Arms all for times that come soon enough to wait for, and lets that time pass.
     *
     * @param number how many timers there are
     * @param delays their delays, less than {@link #LONGEST}
     */
    default void armAndPass(int number, LongSupplier delays) {
        for (int i = 0; i < number; i++) {
            arm(i, delays.getAsLong());
        }
        pass(LONGEST);
    }

    /** Frees everything. */
    @Override
    void close();
}
