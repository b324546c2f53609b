package dev.aiocontext;

import java.time.Duration;
import java.util.Objects;

/**
 * How a timer is to keep time. A value: each method makes another one.
 *
 * <pre>{@code
 * TimerOptions.DEFAULT.accuracy(Duration.ofMillis(50)) // may share its wake-ups with others
 * TimerOptions.EXACT.clock(TimerClock.WALL)
 * }</pre>
 *
 * <p><b>Threads.</b> Any.
 */
public final class TimerOptions {
    /** The longest accuracy. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /** The monotonic clock, and an accuracy of 1 ms. */
    public static final TimerOptions DEFAULT = new TimerOptions(TimerClock.MONOTONIC, Duration.ofMillis(1));

    /** The monotonic clock, and an accuracy of 0: the loop wakes up for the deadline itself. */
    public static final TimerOptions EXACT = new TimerOptions(TimerClock.MONOTONIC, Duration.ZERO);

    private final TimerClock clock;
    private final Duration accuracy;

    private TimerOptions(TimerClock clock, Duration accuracy) {
        this.clock = clock;
        this.accuracy = accuracy;
    }

    /**
     * Chooses the clock.
     *
     * @param newClock the clock
     * @return options with that clock
     */
    public TimerOptions clock(TimerClock newClock) {
        return new TimerOptions(Objects.requireNonNull(newClock, "clock"), accuracy);
    }

    /**
     * Says how late the loop may wake up for the timer. A loop that sleeps asks the kernel to be woken within this time after the
     * deadline, so that timers whose times overlap share a wake-up. (sd-event has the same idea, with 250 ms by default.) The time that
     * it takes to wake comes on top. A loop that is awake for another reason fires the timer as soon as its deadline has passed.
     *
     * <p>The timeouts of poll(2) and epoll_wait(2) end late by up to 0.1 % of the time, at least 50 us and at most 100 ms. In a
     * process with a positive nice value it is 0.5 %. Where 0.5 % is more than the accuracy, the loop waits by a timerfd, which takes
     * one more system call for each wait.
     *
     * @param newAccuracy the time; zero for the best that there is; at most one day
     * @return options with that accuracy
     * @throws IllegalArgumentException if it is negative or more than one day
     */
    public TimerOptions accuracy(Duration newAccuracy) {
        Objects.requireNonNull(newAccuracy, "newAccuracy");
        if (newAccuracy.isNegative() || newAccuracy.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("an accuracy is 0 to 24 hours, not " + newAccuracy);
        }
        return new TimerOptions(clock, newAccuracy);
    }

    /** {@return the clock} */
    public TimerClock clock() {
        return clock;
    }

    /** {@return how late the loop may wake up} */
    public Duration accuracy() {
        return accuracy;
    }

    /** {@return the clock and the accuracy} */
    @Override
    public String toString() {
        return clock + " within " + accuracy;
    }
}
