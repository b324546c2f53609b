package dev.aiocontext.internal.loop;

/**
 * Tells the time by the monotonic clock of a loop.
 *
 * <p><b>Threads.</b> Any. What is kept for an iteration belongs to the home thread.
 *
 * <p><b>Errors.</b> The time is stored before the iteration that it is of. So an Error in between has the clock read again.
 */
public final class LoopTime {
    private final Ticks monotonic;
    private final Counters counters;
    private final Drivers drivers;

    /** The time of the iteration that {@link #nowOf} tells. */
    private long now;

    private long nowOf = -1;

    LoopTime(Ticks monotonic, Counters counters, Drivers drivers) {
        this.monotonic = monotonic;
        this.counters = counters;
        this.drivers = drivers;
    }

    /**
     * Tells the time.
     *
     * @param isHome whether the caller is the home thread: in a callback, the clock is read once in an iteration for it
     * @return the time
     */
    public long now(boolean isHome) {
        if (!isHome || counters.depth == 0 || isInHook()) {
            return monotonic.now();
        }
        if (nowOf != counters.polls) {
            now = monotonic.now();
            nowOf = counters.polls;
        }
        return now;
    }

    /** Hooks are called before and after the loop sleeps, so the time of the iteration would be old for what comes after. */
    private boolean isInHook() {
        Around around = drivers.around();
        return around != null && around.isCalling();
    }
}
