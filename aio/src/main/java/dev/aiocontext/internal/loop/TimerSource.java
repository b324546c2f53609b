package dev.aiocontext.internal.loop;

import dev.aiocontext.AioTimer;
import dev.aiocontext.Source;
import dev.aiocontext.TimerHandler;
import dev.aiocontext.internal.timer.TimerEntry;
import dev.aiocontext.internal.wakeup.Link;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A timer of a loop: checks what the user wants, and has the {@link TimerDriver} of its clock do it.
 *
 * <p>It is the {@link TimerEntry} itself, and takes 64 bytes with all that it has: arming and disarming touch nothing else. There is no room
 * for a count of its calls, so only a {@link MeasuredTimer} counts them.
 *
 * <p><b>Threads.</b> As {@link AioTimer}; {@link #running} is the home thread's.
 *
 * <p><b>Suspended.</b> The home thread takes a timer that is due off the wheel if it is suspended, fences ({@link TimerEntry#unfile}), and looks
 * once more: if it is, the timer stays armed and in no slot. {@link #letGo} clears the mark and then always announces the timer. So
 * either the home thread sees that the mark is gone and fires the timer, or the announcement has it filed anew, or both.
 */
class TimerSource extends TimerEntry implements AioTimer, LoopSource {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Null if its {@link TimedTask} knows it. */
    private final @Nullable String name;

    final TimerHandler handler;
    private volatile boolean suspended;
    private boolean running;

    /**
     * Creates a timer that is not armed, and not yet among the living.
     *
     * @param terms what it has in common with others
     * @param name its name; null if the handler is a {@link TimedTask}
     */
    TimerSource(TimerTerms terms, @Nullable String name, TimerHandler handler) {
        super(terms);
        this.name = name;
        this.handler = handler;
    }

    private TimerTerms terms() {
        return (TimerTerms) kind();
    }

    private TimerDriver driver() {
        return terms().driver;
    }

    @Override
    public String name() {
        String given = name;
        return given != null ? given : ((TimedTask) handler).name();
    }

    @Override
    public Link link() {
        return this;
    }

    @Override
    public Sources sources() {
        return terms().sources;
    }

    @Override
    @SuppressWarnings("unchecked") // nothing else is attached
    public @Nullable LoopFuture<Void> farewell() {
        return (LoopFuture<Void>) attached();
    }

    @Override
    public void setFarewell(LoopFuture<Void> future) {
        attach(future);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void call() throws Throwable {
        boolean nested = running; // in a poll of a call that is under way
        running = true;
        try {
            if (nested) {
                handler.fired(this, terms().driver.missed); // it is the call under way that may close the timer
            } else {
                invoke();
            }
        } finally {
            running = nested;
        }
    }

    @Override
    public Source owner() {
        return ownerOf(handler);
    }

    @Override
    public String waitsFor() {
        long deadline = deadline();
        return deadline == TimerEntry.NEVER ? "not armed" : "due in " + left(deadline);
    }

    @Override
    public void arm(Duration delay) {
        arm(after(nanos("delay", delay)), 0);
    }

    @Override
    public void arm(Duration delay, Duration period) {
        long every = nanos("period", period); // first: the two may be one argument
        long first = nanos("delay", delay);
        if (every == 0) {
            throw new IllegalArgumentException("the period of " + this + " is 0: it would fire without an end");
        }
        arm(after(first), every);
    }

    @Override
    public void armAt(long nanos) {
        arm(driver().at(nanos), 0);
    }

    private void arm(long deadline, long period) {
        if (!driver().arm(this, deadline, period)) {
            throw closedException();
        }
    }

    /** Adds a delay to the time, at most up to the latest deadline. */
    private long after(long delay) {
        long now = driver().now();
        return now + Math.min(delay, TimerEntry.LATEST - now);
    }

    private long nanos(String what, Duration time) {
        Objects.requireNonNull(time, what);
        if (time.isNegative()) {
            throw new IllegalArgumentException("the " + what + " of " + this + " is negative: " + time);
        }
        return time.toSeconds() < TimerEntry.LATEST / NANOS_PER_SECOND ? time.toNanos() : TimerEntry.LATEST;
    }

    @Override
    public boolean isArmed() {
        return deadline() != TimerEntry.NEVER;
    }

    @Override
    public Duration remaining() {
        long deadline = deadline();
        if (deadline == TimerEntry.NEVER) {
            throw isOpen() ? new IllegalStateException(this + " is not armed") : closedException();
        }
        return left(deadline);
    }

    private Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - driver().now()));
    }

    @Override
    public void hold() {
        requireOpen();
        suspended = true;
    }

    @Override
    public void letGo() {
        requireOpen();
        suspended = false;
        if (!driver().announce(this)) {
            throw closedException();
        }
    }

    @Override
    protected boolean isHeld() {
        return suspended;
    }

    @Override
    public boolean isSuspended() {
        return suspended && isOpen();
    }

    @Override
    public boolean isOpen() {
        return !isClosed();
    }

    @Override
    public void end() {
        if (isOpen()) {
            shut();
            driver().closed(this);
        }
    }

    @Override
    public void endWithContext() {
        shut();
    }

    @Override
    public boolean isAttended() {
        return terms().attended;
    }

    @Override
    public void callbackFailed() {
        endPeriods();
    }

    @Override
    public void invoke() throws Throwable {
        TimerTerms terms = terms();
        try {
            handler.fired(this, terms.driver.missed);
        } finally {
            if (terms.once && closeUnlessArmed()) {
                retire();
            }
        }
    }

    @Override
    public String toString() {
        return "timer " + name();
    }
}
