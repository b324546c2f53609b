package dev.aiocontext;

import java.time.Duration;

/**
 * The wait that a {@link WaitHook} prepares: the hook says for how long the loop may sleep. The shortest time of all hooks holds, beside
 * the time that the poll and its timers allow. Nothing here allocates.
 *
 * <p><b>Threads.</b> The home thread, while {@link WaitHook#prepare} runs. Any other use is refused.
 */
public interface Wait {
    /**
     * Limits the wait, as {@link #atMostNanos} does.
     *
     * @param time how long from now; zero is {@link #doNotSleep}
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if no hook is being prepared, or on another thread
     */
    void atMost(Duration time);

    /**
     * Limits the wait. The time is real time, also where the context has a {@link VirtualClock}. It counts from this call. The kernel
     * adds its slack, which is 0.1 % of the time, 0.5 % in a process with a positive nice value, at least 50 us and at most 100 ms: an {@link
     * AioTimer} can be more exact.
     *
     * @param nanos how many nanoseconds from now; 0 is {@link #doNotSleep}
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if no hook is being prepared, or on another thread
     */
    void atMostNanos(long nanos);

    /**
     * Has the loop look for ready descriptors, and not sleep. A hook that always says so keeps a processor busy. The loop stays fair, and
     * {@link AioStatistics#hooks} tells how often it happened, and which hook it was.
     *
     * @throws IllegalStateException if no hook is being prepared, or on another thread
     */
    void doNotSleep();
}
