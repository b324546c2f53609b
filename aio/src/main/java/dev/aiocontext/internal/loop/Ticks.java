package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.TimerFd;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A clock, as a loop sees it. Any thread may call any method. */
public interface Ticks {
    /** The machine's monotonic clock. {@link System#nanoTime} reads CLOCK_MONOTONIC in the JVMs for Linux, so a timerfd goes by it. */
    Ticks MONOTONIC = new Ticks() {
        @Override
        public long now() {
            return System.nanoTime();
        }

        @Override
        public long now(long nanoTime) {
            return nanoTime;
        }

        @Override
        public long origin() {
            return System.nanoTime();
        }

        @Override
        public TimerFd openTimerFd() {
            return TimerFd.ofMonotonicClock();
        }
    };

    /** The machine's time of day. */
    Ticks WALL = new Ticks() {
        @Override
        public long now() {
            Instant now = Instant.now();
            return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        }

        @Override
        public boolean isSettable() {
            return true;
        }

        @Override
        public TimerFd openTimerFd() {
            return TimerFd.ofWallClock();
        }
    };

    /** {@return the time, in nanoseconds} */
    long now();

    /**
     * Tells the time where {@link System#nanoTime} was just read, which saves a look at a clock that goes by it.
     *
     * @param nanoTime what it said
     * @return the time, in nanoseconds
     */
    default long now(long nanoTime) {
        return now();
    }

    /** {@return a time that no timer is armed before} */
    default long origin() {
        return 0;
    }

    /** {@return whether somebody can set the clock} */
    default boolean isSettable() {
        return false;
    }

    /** {@return whether the time passes} A loop does not wait for a time that stands still. */
    default boolean isPassing() {
        return true;
    }

    /** {@return whether the clock jumps over the time that a loop would wait} It does so by {@link #skipTo}. */
    default boolean isSkipping() {
        return false;
    }

    /**
     * Jumps to a time that the loop would wait for, if the clock is one that does so.
     *
     * @param time the time
     */
    default void skipTo(long time) {}

    /** {@return a descriptor that is readable from a moment of this clock on; null if there is none for it} */
    default @Nullable TimerFd openTimerFd() {
        return null;
    }
}
