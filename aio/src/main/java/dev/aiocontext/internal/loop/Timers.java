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

    // Guarded by the monitor.
    private @Nullable TimerDriver byMonotonic;
    private @Nullable TimerDriver byWall;
    private boolean ended;

    Timers(
            Ticks monotonic,
            Ticks wall,
            Drivers drivers,
            Sources sources,
            Inbox inbox,
            Home home,
            FdSet descriptors,
            Callbacks callbacks,
            Counters counters) {
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
        return add(new TimerSource(driver(options.clock()), sources, name, options, false, true, handler));
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
        TimerOptions options = TimerOptions.DEFAULT;
        return add(new TimerSource(driver(options.clock()), sources, name, options, once, false, handler));
    }

    private TimerSource add(TimerSource timer) {
        sources.add(timer);
        return timer;
    }

    private synchronized TimerDriver driver(TimerClock clock) {
        if (ended) {
            throw inbox.closedException();
        }
        TimerDriver driver = clock == TimerClock.WALL ? byWall : byMonotonic;
        if (driver == null) {
            Ticks ticks = clock == TimerClock.WALL ? wall : monotonic;
            driver = new TimerDriver(ticks, inbox, home, callbacks, new ExactWait(ticks, descriptors), counters);
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
