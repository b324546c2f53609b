package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.KEY;
import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import org.jspecify.annotations.Nullable;

/**
 * Files timers in the {@link Levels} of a wheel, and says what an entry is worth by now: see {@link TimerWheel}.
 *
 * <p><b>Threads.</b> Home thread. Other threads arm and disarm the timers meanwhile.
 *
 * <p><b>Errors.</b> A timer is unfiled and filed anew, or is filed as before.
 */
final class Filing {
    /** The bit of an entry, and of {@link TimerEntry#filed}, that is the mark of a sweep. */
    static final long MARK = KEY + 1;

    private final Levels levels;

    /** The least "at the latest" of all entries, as long as it holds. */
    final Decider wake = new Decider();

    /** No key is less. */
    long earliest = NEVER;

    /** The mark of the last sweep: 0 or {@link #MARK}. */
    long mark;

    /** How many periods the timer that has fired last has missed, and when it was due. */
    long missed;

    long due;

    /** Of no meaning: without it, the compiler would leave out what is read ahead of time. */
    @SuppressWarnings("UnusedVariable")
    private long glanced;

    Filing(Levels levels) {
        this.levels = levels;
    }

    /** Adds an entry of a timer that is armed for a deadline: it is filed under the key when the entry is there. */
    void enter(long key, long deadline, TimerEntry timer) {
        enter(levels, key, deadline, timer);
    }

    /**
     * As {@link #enter(long, long, TimerEntry)}, for a caller that has the levels in hand. The way from the wheel to the slot is a chain of
     * loads, and each takes its time.
     */
    void enter(Levels known, long key, long deadline, TimerEntry timer) {
        Slot slot = known.append(key, mark, timer);
        long latest = Decider.latest(key, deadline, timer);
        slot.decider.offer(key, latest, timer);
        wake.offer(key, latest, timer);
        if (key < earliest) {
            earliest = key;
        }
        timer.filed(key | mark);
    }

    /** Notes the accuracy of a timer that is in the wheel. */
    void offerAgain(long key, TimerEntry timer) {
        Slot slot = levels.slotOf(key);
        if (slot != null) {
            slot.decider.offer(key, timer);
        }
        Slot draining = levels.draining;
        if (draining != null) {
            draining.decider.offer(key, timer); // its entry may still be there
        }
        wake.offer(key, timer);
    }

    /**
     * Unfiles a timer, and files it anew if it is armed for later than its key.
     *
     * @return true if it is armed for its key or before: then it is not filed
     */
    boolean leaves(TimerEntry timer, long key, long filed) {
        boolean done = false;
        try {
            timer.unfile();
            long deadline = timer.deadline();
            if (deadline > key && deadline != NEVER) {
                enter(deadline, deadline, timer);
            }
            done = true;
            return deadline <= key;
        } finally {
            if (!done) {
                timer.filed(filed);
            }
        }
    }

    /**
     * Fires a timer that the wheel meets, if it is armed for its key or before. A fence is needed only if it does not fire ({@link
     * TimerEntry}). After that, a thread that arms it finds it filed nowhere, and announces it.
     *
     * @return whether it has fired; else it is filed anew if it is armed for later, and is filed nowhere if it is held or disarmed
     */
    boolean fires(TimerEntry timer, long key, long now) {
        timer.filed(NEVER);
        long deadline = timer.deadline();
        if (deadline <= key && fire(timer, deadline, now)) {
            return true;
        }
        timer.unfile();
        deadline = timer.deadline();
        if (deadline <= key) {
            return fire(timer, deadline, now);
        }
        if (deadline != NEVER) {
            enter(deadline, deadline, timer);
        }
        return false;
    }

    boolean fire(TimerEntry timer, long deadline, long now) {
        if (timer.isHeld()) {
            return false;
        }
        due = deadline;
        missed = timer.fire(now);
        return missed != TimerEntry.NOT_FIRED;
    }

    /**
     * Drops the dead and the stale of a chunk, files anew what is armed for later, and gives the rest the mark of the sweep.
     *
     * @param before the chunk before it
     * @param decider is offered what stays, unless it is null
     * @return the chunk before the next one
     */
    @Nullable
    Chunk sift(Slot slot, @Nullable Chunk before, Chunk chunk, @Nullable Decider decider) {
        glanced += chunk.touch();
        int kept = chunk.from;
        int next = chunk.from;
        try {
            for (; next < chunk.end; next++) { // the end moves if a timer is filed anew in this chunk
                long order = chunk.orders[next];
                TimerEntry timer = chunk.timer(next);
                long key = slot.key(order);
                if (stays(timer, key, key | (order & MARK))) {
                    chunk.orders[kept] = (order & KEY) | mark;
                    chunk.timers[kept] = timer;
                    timer.filed(key | mark);
                    kept++;
                    if (decider != null) {
                        decider.offer(key, timer);
                    }
                }
            }
        } finally {
            int dropped = chunk.close(kept, next);
            slot.count -= dropped;
            levels.entries -= dropped;
        }
        return levels.unite(slot, before, chunk);
    }

    private boolean stays(TimerEntry timer, long key, long filed) {
        if (timer.filed() != filed) {
            return false;
        }
        if (timer.deadline() <= key) {
            return true;
        }
        if (leaves(timer, key, filed)) {
            timer.filed(filed); // armed for its key, or for earlier, a moment ago
            return true;
        }
        return false;
    }
}
