package dev.aiocontext.internal.loop;

import dev.aiocontext.AioTimer;
import dev.aiocontext.TimerHandler;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.internal.timer.TimerEntry;
import java.time.Duration;

/**
 * A timer of a loop: checks what the user wants, and has the {@link TimerDriver} of its clock do it.
 *
 * <p><b>Threads.</b> As {@link AioTimer}; {@link #missed} is the home thread's.
 *
 * <p><b>Suspended.</b> The home thread takes the timer off the wheel, fences ({@link TimerEntry#unfile}), and looks whether it is suspended: if so, it
 * leaves the timer armed and in no slot. {@link #resume} clears the mark and then always announces the timer. So either the home
 * thread sees that the mark is gone and fires the timer, or the announcement has it filed anew, or both.
 */
final class TimerSource extends LoopSource implements AioTimer {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final TimerDriver driver;
    private final TimerEntry entry;
    private final TimerHandler handler;
    private final boolean once;
    private final boolean attended;
    private volatile boolean suspended;

    /** How many periods the call that comes has missed. */
    long missed;

    /**
     * Creates a timer that is not armed.
     *
     * @param once whether it closes itself when it has fired and was not armed again
     * @param attended whether its owner is to close it, before the context is closed
     */
    TimerSource(
            TimerDriver driver,
            Sources sources,
            String name,
            TimerOptions options,
            boolean once,
            boolean attended,
            TimerHandler handler) {
        super(sources, name);
        this.driver = driver;
        this.handler = handler;
        this.once = once;
        this.attended = attended;
        entry = new TimerEntry(this, options.accuracy().toNanos());
    }

    /** {@return how late the loop may wake up for it, in nanoseconds} */
    long accuracy() {
        return entry.accuracy();
    }

    @Override
    public void arm(Duration delay) {
        arm(after(nanos("delay", delay)), 0);
    }

    @Override
    public void arm(Duration delay, Duration period) {
        long first = nanos("delay", delay);
        long every = nanos("period", period);
        if (every == 0) {
            throw new IllegalArgumentException("the period of " + this + " is 0: it would fire without an end");
        }
        arm(after(first), every);
    }

    @Override
    public void armAt(long nanos) {
        arm(driver.at(nanos), 0);
    }

    private void arm(long deadline, long period) {
        if (!driver.arm(entry, deadline, period)) {
            throw closedException();
        }
    }

    /** Adds a delay to the time, at most up to the latest deadline. */
    private long after(long delay) {
        long now = driver.now();
        return now + Math.min(delay, TimerEntry.LATEST - now);
    }

    private long nanos(String what, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("the " + what + " of " + this + " is negative: " + time);
        }
        return time.toSeconds() < TimerEntry.LATEST / NANOS_PER_SECOND ? time.toNanos() : TimerEntry.LATEST;
    }

    @Override
    public boolean disarm() {
        return entry.disarm();
    }

    @Override
    public boolean isArmed() {
        return entry.deadline() != TimerEntry.NEVER;
    }

    @Override
    public Duration remaining() {
        long deadline = entry.deadline();
        if (deadline == TimerEntry.NEVER) {
            throw isOpen() ? new IllegalStateException(this + " is not armed") : closedException();
        }
        return Duration.ofNanos(Math.max(0, deadline - driver.now()));
    }

    @Override
    public void suspend() {
        requireOpen();
        suspended = true;
    }

    @Override
    public void resume() {
        requireOpen();
        suspended = false;
        if (!driver.announce(entry)) {
            throw closedException();
        }
    }

    @Override
    public boolean isSuspended() {
        return suspended && isOpen();
    }

    @Override
    public boolean isOpen() {
        return !entry.isClosed();
    }

    @Override
    void end() {
        entry.close();
    }

    @Override
    void endWithContext() {
        entry.close();
    }

    @Override
    boolean isAttended() {
        return attended;
    }

    @Override
    void callbackFailed() {
        entry.endPeriods();
    }

    @Override
    void invoke() throws Throwable {
        try {
            handler.fired(this, missed);
        } finally {
            if (once && entry.closeUnlessArmed()) {
                retire();
            }
        }
    }

    @Override
    public String toString() {
        return "timer " + name();
    }
}
