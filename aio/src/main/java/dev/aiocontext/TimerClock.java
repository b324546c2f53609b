package dev.aiocontext;

/** The clocks that timers can go by. */
public enum TimerClock {
    /** The time since some moment, by {@link System#nanoTime}: nobody can set it. CLOCK_MONOTONIC, which stands while the machine sleeps. */
    MONOTONIC,

    /**
     * The time of day, in nanoseconds since 1970: CLOCK_REALTIME. The loop notices at once that the clock was set. Deadlines keep their time of
     * day: if the clock was set forward, those that were jumped over are due now; if it was set back, they are further off.
     *
     * <p>After a set-back, one iteration files all timers of this clock anew, without a bound: a million of them keep the loop for a quarter to
     * half a second. A timer for a time of day after February 2116 does not fire.
     */
    WALL
}
