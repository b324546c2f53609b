package dev.aiocontext;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A clock that a test drives, in place of the machine's: given to {@link AioContext.Builder#clock}, it is the clock of all timers of the
 * context. A test of an hour then takes no longer than its callbacks do.
 *
 * <pre>{@code
 * VirtualClock clock = new VirtualClock();
 * try (AioContext ctx = AioContext.builder().clock(clock).open()) {
 *     ctx.after(Duration.ofHours(1), () -> System.out.println("an hour later"));
 *     clock.advance(Duration.ofHours(1));
 *     ctx.poll(false);
 * }
 * }</pre>
 *
 * <p>The clock stands still at first. {@link #advance} moves it, and {@link #start} has it run as real time does. A clock that {@linkplain
 * #skipIdleTime skips idle time} jumps to the next deadline whenever its loop would wait for that.
 *
 * <p>A step of an hour is one step. It fires a periodic timer once, which is told how many deadlines it has missed. A clock that skips
 * idle time has the timer fire for each deadline.
 *
 * <p><b>Threads.</b> Any thread may call any method. A change wakes the loops.
 */
public final class VirtualClock {
    /** The latest time: deadlines are up to 146 years off. */
    private static final long LONGEST = (Long.MAX_VALUE >> 1) - 2;

    private final Instant epoch;

    /** The time of day at 0, in nanoseconds since 1970. */
    private final long epochNanos;

    /** The latest time of this clock, of which the time of day fits into nanoseconds as well. */
    private final long latest;

    private final List<Runnable> loops = new ArrayList<>();

    // Guarded by the monitor.
    private long nanos;
    private long startedAt;
    private boolean running;
    private boolean skipping;

    /** Creates a clock that stands still at 0, which is the beginning of 2000 by {@link TimerClock#WALL}. */
    public VirtualClock() {
        this(Instant.parse("2000-01-01T00:00:00Z"));
    }

    /**
     * Creates a clock that stands still at 0.
     *
     * @param epoch the time of day at 0, for {@link TimerClock#WALL}
     * @throws IllegalArgumentException if it is so far from 1970 that {@link AioTimer#armAt} could not tell it: before September 1677 or after
     *     April 2262
     */
    public VirtualClock(Instant epoch) {
        this.epoch = Objects.requireNonNull(epoch, "epoch");
        this.epochNanos = nanosSince1970(epoch);
        this.latest = Math.min(LONGEST, Long.MAX_VALUE - Math.max(0, epochNanos));
    }

    private static long nanosSince1970(Instant time) {
        try {
            return ChronoUnit.NANOS.between(Instant.EPOCH, time);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "a clock cannot begin at " + time + ", which does not fit into nanoseconds since 1970", e);
        }
    }

    /** {@return the time since the clock was made, in nanoseconds} Like {@link System#nanoTime} it has no meaning of its own. */
    public synchronized long nanos() {
        return running ? Math.min(latest, nanos + (System.nanoTime() - startedAt)) : nanos;
    }

    /** {@return the time of day} */
    public Instant instant() {
        return epoch.plusNanos(nanos());
    }

    /**
     * Moves the clock forward.
     *
     * @param step how far
     * @throws IllegalArgumentException if it is negative
     * @throws ArithmeticException if the time would exceed 146 years, or the time of day April 2262
     */
    public void advance(Duration step) {
        if (Objects.requireNonNull(step, "step").isNegative()) {
            throw new IllegalArgumentException("a clock is not moved back: " + step);
        }
        synchronized (this) {
            long left = latest - nanos();
            if (step.compareTo(Duration.ofNanos(left)) > 0) {
                throw new ArithmeticException("a virtual clock cannot go on by " + step + " from "
                        + Duration.ofNanos(nanos()) + ": it counts nanoseconds, up to 146 years and the year 2262");
            }
            nanos += step.toNanos();
        }
        wakeLoops();
    }

    /** Has the clock run as fast as real time. It does nothing if it runs already. */
    public void start() {
        synchronized (this) {
            if (!running) {
                running = true;
                startedAt = System.nanoTime();
            }
        }
        wakeLoops();
    }

    /** Has the clock stand still. */
    public void stop() {
        synchronized (this) {
            nanos = nanos();
            running = false;
        }
        wakeLoops();
    }

    /**
     * Decides whether the clock jumps to the next deadline whenever a loop has nothing else to do. It jumps no further than the
     * loop would wait. A poll of a second, with nothing due before, moves the clock by a second and returns, whether a timer is armed or
     * not. A loop that would wait for ever, with no timer armed, waits for ever. This is only for one loop a clock, and for tests in
     * which nothing comes from outside of the loop. A loop cannot know that a descriptor will be ready soon.
     *
     * @param skip whether it does so; false at first
     */
    public void skipIdleTime(boolean skip) {
        synchronized (this) {
            skipping = skip;
        }
        wakeLoops();
    }

    /** {@return the time and whether it runs} */
    @Override
    public synchronized String toString() {
        return "virtual clock at " + Duration.ofNanos(nanos()) + (running ? " (running)" : " (standing)");
    }

    long epochNanos() {
        return epochNanos;
    }

    synchronized boolean isRunning() {
        return running;
    }

    synchronized boolean isSkipping() {
        return skipping && !running;
    }

    /** Jumps to a time if idle time is to be skipped. */
    synchronized void skipTo(long time) {
        if (isSkipping()) {
            nanos = Math.max(nanos, Math.min(latest, time));
        }
    }

    private void wakeLoops() {
        List<Runnable> all;
        synchronized (loops) {
            all = List.copyOf(loops);
        }
        all.forEach(Runnable::run);
    }

    /** Has a loop woken after each change, until what this returns is run. A change at that very moment may still wake it. */
    Runnable attach(Runnable wake) {
        synchronized (loops) {
            loops.add(wake);
        }
        return () -> {
            synchronized (loops) {
                loops.remove(wake);
            }
        };
    }
}
