package dev.aiocontext;

import java.time.Duration;

/**
 * A timer of a context: QEMU's {@code QEMUTimer}, libuv's {@code uv_timer_t}. Made by {@link AioContext#newTimer}, {@link
 * AioContext#after} and {@link AioContext#every}. Arming, disarming and firing allocate nothing in the steady state.
 *
 * <p><b>Never early.</b> The handler is not called before the deadline, by the clock of the timer. The first iteration after the
 * deadline calls it. A loop that sleeps asks the kernel to be woken by the end of the timer's {@linkplain TimerOptions#accuracy
 * accuracy}, so that timers whose times overlap share a wake-up. The time that it takes to wake comes on top.
 *
 * <p><b>Order.</b> Timers of one clock fire in the order of their deadlines. Those with equal deadlines fire in the order in which
 * they were armed. Timers that are armed for a time that has passed come last, but do not wait for more than one full slice of
 * others. A handler that arms its own timer for now is called again in the next iteration. An iteration takes note of 1,024 armings by
 * other threads: in a larger burst, a timer may fire one iteration after one whose deadline is later.
 *
 * <p><b>Threads.</b> Any thread may call any method. If two threads arm a timer at the same time, one of both armings holds, whole.
 *
 * <p>To disarm a timer, or to arm it for later than before, writes to the timer alone. On another thread than the home thread, arming also
 * counts in one number that the context's timers of that clock share. The loop is not woken.
 */
public interface AioTimer extends Source {
    /**
     * Arms the timer, in place of what it was armed for before. The clock is read for this; {@link #armAt} does without.
     *
     * @param delay how long from now; more than 146 years is never
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the timer is closed
     */
    void arm(Duration delay);

    /**
     * Arms the timer periodically, in place of what it was armed for before. The deadlines are the first one and then one each
     * period, however long the handler takes. If deadlines have passed unnoticed, the handler is called once for all of
     * them, and told how many it missed. A handler that throws ends the timer's periods.
     *
     * @param delay how long from now to the first deadline; more than 146 years is never
     * @param period the time from one deadline to the next
     * @throws IllegalArgumentException if the delay is negative, or the period is not positive
     * @throws IllegalStateException if the timer is closed
     */
    void arm(Duration delay, Duration period);

    /**
     * Arms the timer for a moment, in place of what it was armed for before.
     *
     * @param nanos the moment by the timer's clock: of {@link AioContext#now} and {@link System#nanoTime} for {@link
     *     TimerClock#MONOTONIC}, in nanoseconds since 1970 for {@link TimerClock#WALL}. One that has passed is as good as now
     * @throws IllegalStateException if the timer is closed
     */
    void armAt(long nanos);

    /**
     * Disarms the timer. Of all threads that disarm it and the loop that fires it, one succeeds for each arming.
     *
     * @return true if it was armed: it does not fire for that arming. On another thread than the home thread, a handler that was
     *     called for an earlier arming may still be running
     */
    boolean disarm();

    /**
     * Says whether the timer is armed. It is not while its handler runs, unless it is periodic or the handler has armed it.
     *
     * @return true if it is open and armed
     */
    boolean isArmed();

    /**
     * Tells how long it is to the next deadline.
     *
     * @return the time, zero if the deadline has passed and the handler has not been called yet
     * @throws IllegalStateException if it is not armed
     */
    Duration remaining();
}
