package dev.aiocontext.internal.loop;

import dev.aiocontext.AioTimer;
import dev.aiocontext.TimerClock;
import dev.aiocontext.TimerHandler;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.internal.fdmon.FdSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the timers of a loop. The driver of a clock comes into use with the first timer of that clock.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Timers {
    private final Ticks monotonic;
    private final Ticks wall;
    private final Drivers drivers;
    private final Sources sources;
    private final Inbox inbox;
    private final Home home;
    private final FdSet descriptors;
    private final Callbacks callbacks;
    private final Counters counters;
    private final Unfinished unfinished;

    // Guarded by the monitor.
    private @Nullable TimerDriver byMonotonic;
    private @Nullable TimerDriver byWall;
    private boolean ended;

    /** What the timer that was made last has in common with others; the next one is mostly of its kind. */
    private @Nullable TimerTerms last;

    Timers(
            Ticks monotonic,
            Ticks wall,
            Drivers drivers,
            Sources sources,
            Inbox inbox,
            Home home,
            FdSet descriptors,
            Callbacks callbacks,
            Counters counters,
            Unfinished unfinished) {
        this.unfinished = unfinished;
        this.monotonic = monotonic;
        this.wall = wall;
        this.drivers = drivers;
        this.sources = sources;
        this.inbox = inbox;
        this.home = home;
        this.descriptors = descriptors;
        this.callbacks = callbacks;
        this.counters = counters;
    }

    /**
     * Makes a timer, which its owner closes.
     *
     * @param name its name, for messages
     * @param options how it is to keep time
     * @param handler what it calls
     * @return the timer, not armed
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer make(String name, TimerOptions options, TimerHandler handler) {
        return add(terms(options, false, true), name, handler);
    }

    /**
     * Makes a timer that nobody has to close.
     *
     * @param name its name, for messages
     * @param once whether it closes itself when it has fired and was not armed again; else the end of the context closes it
     * @param handler what it calls
     * @return the timer, not armed
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer makeUnattended(String name, boolean once, TimerHandler handler) {
        return add(terms(TimerOptions.DEFAULT, once, false), name, handler);
    }

    /**
     * Makes a timer that nobody has to close, for a task.
     *
     * @param options how it is to keep time
     * @param once as above
     * @param task what it runs, which also has its name
     * @return the timer, not armed
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer makeUnattended(TimerOptions options, boolean once, TimedTask task) {
        return add(terms(options, once, false), null, task);
    }

    private TimerSource add(TimerTerms terms, @Nullable String name, TimerHandler handler) {
        TimerSource timer = callbacks.isMeasuring()
                ? new MeasuredTimer(terms, name, handler)
                : new TimerSource(terms, name, handler);
        sources.add(timer);
        return timer;
    }

    private synchronized TimerTerms terms(TimerOptions options, boolean once, boolean attended) {
        if (ended) {
            throw inbox.closedException();
        }
        TimerDriver driver = driver(options.clock());
        long accuracy = options.accuracy().toNanos();
        TimerTerms known = last;
        if (known == null
                || known.driver != driver
                || known.accuracy() != accuracy
                || known.once != once
                || known.attended != attended) {
            known = new TimerTerms(driver, sources, accuracy, once, attended);
            last = known;
        }
        return known;
    }

    private TimerDriver driver(TimerClock clock) {
        TimerDriver driver = clock == TimerClock.WALL ? byWall : byMonotonic;
        if (driver == null) {
            Ticks ticks = clock == TimerClock.WALL ? wall : monotonic;
            ExactWait exactWait = new ExactWait(ticks, descriptors);
            driver = new TimerDriver(ticks, inbox, home, callbacks, exactWait, counters, unfinished);
            drivers.add(driver);
            if (clock == TimerClock.WALL) {
                byWall = driver;
            } else {
                byMonotonic = driver;
            }
        }
        return driver;
    }

    /** Makes no more drivers. Called before the drivers are closed. */
    synchronized void end() {
        ended = true;
    }
}
