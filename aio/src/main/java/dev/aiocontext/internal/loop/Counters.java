package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.CacheLines;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what {@code AioStatistics} tells, and notes where in its iteration the loop is. The home thread writes all this in each
 * iteration.
 *
 * <p><b>Threads.</b> The home thread writes its own counters, plainly. Another thread sees a recent value of each, because a long
 * is written whole on the 64-bit platforms that we run on. Notifiers count beside a system call.
 */
public class Counters extends CacheLines {
    /** How long the loop has waited, and how long it was busy. */
    final LoadMeter load = new LoadMeter();

    /** Notifiers: doorbells rung. */
    final AtomicLong rung = new AtomicLong();

    // The home thread's.
    /** How many polls are under way, one in a callback of the other. */
    int depth;

    /** The last iteration ran several pieces of work. */
    boolean burst;

    long polls;

    /** The iteration that an Error has left, or the last one before a prepare that an Error has left. */
    long leftByError = -1;

    long asked;
    long echoes;
    long rescues;
    long pollingNanos;
    long pollingHits;
    long pollingMisses;
    long timersFired;

    /** By how much a timer was late beyond its accuracy, at most. */
    long timersLate;

    /** How often the loop had to look at its timers, and that look alone fired none. */
    long timersInVain;

    /** All of the last slice of timers went into finding what is due, and it is to be gone on with. */
    boolean timersLeft;

    /** How many waits hooks have cut to nothing. */
    long sleepless;

    /** The hook that has cut the most waits to nothing, and how many. */
    private String sleeplessHook = "";

    private long sleeplessMost;

    Counters() {}

    /** Counts a wait that a hook has cut to nothing, as so many before. */
    void cutToNothing(String hook, long soOften) {
        sleepless++;
        if (soOften > sleeplessMost) {
            sleeplessMost = soOften;
            sleeplessHook = hook;
        }
    }

    /** {@return what measures how long the loop has waited} */
    public LoadMeter load() {
        return load;
    }

    /** {@return how many polls there were, nested ones included} */
    public long polls() {
        return polls;
    }

    /** {@return how many wake-ups rang the doorbell} */
    public long rung() {
        return rung.get();
    }

    /** {@return how many wake-ups the loop has seen} Some that rang may not be among them yet. */
    public long asked() {
        return asked;
    }

    /** {@return how many relayed wake-ups were not needed} */
    public long echoes() {
        return echoes;
    }

    /** {@return how many relayed wake-ups found work that no doorbell had announced} */
    public long rescues() {
        return rescues;
    }

    /** {@return for how many nanoseconds the loop has polled adaptively} */
    public long pollingNanos() {
        return pollingNanos;
    }

    /** {@return how many waits adaptive polling has ended} */
    public long pollingHits() {
        return pollingHits;
    }

    /** {@return how many waits began with polling in vain} */
    public long pollingMisses() {
        return pollingMisses;
    }

    /** {@return how many timers have fired} */
    public long timersFired() {
        return timersFired;
    }

    /** {@return how many waits hooks have cut to nothing} */
    public long sleepless() {
        return sleepless;
    }

    /** {@return the name of the hook that has cut the most waits to nothing, or an empty string} */
    public String sleeplessHook() {
        return sleeplessHook;
    }

    /** {@return by how many nanoseconds beyond its accuracy a timer was late, at most} */
    public long timersLate() {
        return timersLate;
    }

    /** Counters with two cache lines behind them, so that nothing else shares a line with them. */
    @SuppressWarnings("unused")
    static final class Apart extends Counters {
        private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
    }
}
