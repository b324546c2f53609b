package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import org.jspecify.annotations.Nullable;

/** The least "at the latest" of some entries, and the timer that decides it; or a time that none of them is below. Home thread. */
final class Decider {
    /** No entry has to be looked at before this time. */
    long latest = NEVER;

    /** The timer whose entry has exactly that; null if the time is a lower bound. */
    private @Nullable TimerEntry timer;

    private long key;

    /** The key is later than the deadline if the timer was armed for the past: that gives it no more time. */
    static long latest(long key, long deadline, TimerEntry timer) {
        long latest = Math.min(key, deadline) + timer.accuracy();
        return latest < 0 ? NEVER : Math.max(key, latest);
    }

    void reset() {
        latest = NEVER;
        timer = null;
    }

    /** Adds an entry. */
    void offer(long entryKey, TimerEntry entryTimer) {
        offer(entryKey, latest(entryKey, entryTimer.deadline(), entryTimer), entryTimer);
    }

    /** Adds an entry of which the least "at the latest" is known. */
    void offer(long entryKey, long offered, TimerEntry entryTimer) {
        if (offered < latest || (offered == latest && timer == null)) {
            latest = offered;
            timer = entryTimer;
            key = entryKey;
        }
    }

    /** Adds an entry of which the key alone is known. */
    void offer(long entryKey) {
        if (entryKey < latest) {
            latest = entryKey;
            timer = null;
        }
    }

    /** {@return the accuracy of the timer that decides; 0 if none does} */
    long accuracy() {
        return timer == null ? 0 : timer.accuracy();
    }

    void set(Decider other) {
        latest = other.latest;
        timer = other.timer;
        key = other.key;
    }

    /** Says whether the timer is still in the wheel as it was, and armed. */
    boolean holds() {
        TimerEntry decider = timer;
        if (decider == null || (decider.filed() & TimerEntry.KEY) != key) {
            return false;
        }
        long deadline = decider.deadline();
        return deadline <= key && latest(key, deadline, decider) == latest;
    }
}
