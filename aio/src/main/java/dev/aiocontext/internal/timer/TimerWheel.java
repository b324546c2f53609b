package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.KEY;
import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps timers in the order of their deadlines, to the nanosecond. It is told the time.
 *
 * <p>{@code Levels} has the entries, {@code Filing} files timers and says what an entry is worth, {@code Sweep} drops the dead, and {@code
 * WakeTime} finds out when to look next.
 *
 * <p>A radix wheel: a key is read as eleven digits to the base of 64, and each digit has a level with a slot for each value.
 *
 * <pre>
 *     level            0      1        2         3          4       5        6        7       8        9 ...
 *     a slot spans     1 ns   64 ns    4.1 us    262 us     17 ms   1.1 s    69 s     73 min  78 h     208 days
 * </pre>
 *
 * <p>An entry lies on the level of the first digit in which its key differs from the wheel's position. No key is less than the
 * position. So all keys on a level are less than those on the next, and in a level the slots are in the order of time. The first
 * slot that is not empty holds the least keys:
 * <ol>
 *   <li>If the slot has one chunk of entries, or spans one nanosecond, the entries are sorted and fired from there.
 *   <li>Otherwise the position becomes the slot's start, and its entries move to lower levels ("drain").
 * </ol>
 *
 * <p><b>What an entry is worth.</b> A timer that is disarmed, or armed for later, is not looked up: its entry stays. The wheel
 * looks at {@link TimerEntry#filed} when it meets the entry: if that is not the entry's key, the entry is stale, and is dropped.
 * If the timer is armed for later, it is filed anew. A timer may have two entries with the key that it is filed under, after
 * it was filed earlier and then moved to the old key again. This is harmless: the entry that is met first unfiles the timer, and the
 * other one is stale from then on.
 *
 * <p><b>Threads.</b> Home thread. Other threads arm and disarm the timers all the while: the wheel unfiles a timer before it reads
 * the deadline that it acts on, or fires it by a compare-and-set (see {@link TimerEntry}).
 *
 * <p><b>Errors.</b> An entry is copied before it is removed, room is made before a timer is unfiled, and a timer is unfiled only as long as
 * that goes well. So an Error leaves an entry too many, which is harmless, and never one too few. An Error after a timer has fired loses
 * the call; if the timer is periodic, its entry is still there, and it goes on.
 */
public final class TimerWheel {
    /** The moves and drops of one call. */
    private static final int STEPS = 64;

    /** The fewest entries that are swept. */
    private static final int FEW = 1024;

    private final Levels levels;
    private final Filing filing;
    private final Sweep sweep;
    private final WakeTime wakeTime;

    private final Sorter sorter;

    private long latestNow;
    private boolean behind;

    /** A timer that has fired as an Error came, so nobody knows of it: the next {@link #takeDue} returns it. */
    @Nullable
    TimerEntry untold;
    /** Of no meaning: without it, the compiler would leave out what is read ahead of time. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    /**
     * Creates an empty wheel.
     *
     * @param now the time, in nanoseconds, at least 0
     */
    public TimerWheel(long now) {
        this(now, FEW, new Chunks());
    }

    TimerWheel(long now, int few, Chunks chunks) {
        levels = new Levels(now, chunks);
        sorter = new Sorter(chunks.capacity);
        filing = new Filing(levels);
        sweep = new Sweep(levels, filing, few);
        wakeTime = new WakeTime(levels, filing);
        latestNow = now;
    }

    /**
     * Files a timer under its deadline, unless it is filed as early as that. A deadline that is not after the latest time told
     * counts as one nanosecond after it: what a callback arms for now is due in the next round. If a timer that is filed gets a
     * smaller accuracy, it has to be filed again.
     *
     * @param timer the timer; if it is not armed, nothing happens
     */
    public void file(TimerEntry timer) {
        file(timer, timer.deadline());
    }

    /** Files a timer that is armed for a deadline, or was a moment ago. */
    void file(TimerEntry timer, long deadline) {
        work();
        if (deadline == NEVER) {
            return;
        }
        long filed = timer.filed() & KEY;
        long key = Math.max(deadline, latestNow + 1);
        if (filed <= key) {
            filing.offerAgain(filed, timer);
        } else {
            filing.enter(levels, key, deadline, timer);
        }
    }

    /**
     * Fires the next timer that is due: in the order of deadlines, and of sequences where they are equal. It is in the wheel no longer. It is
     * disarmed, or armed for its next period. A timer that is held is passed over: it stays armed, and is in the wheel no longer.
     *
     * @param now the time; it may be less than one told before, and then less is due
     * @return the timer; null if none is due, or if it was too much work to find one: {@link #isBehind} says which
     */
    public @Nullable TimerEntry takeDue(long now) {
        behind = false;
        TimerEntry before = untold;
        if (before != null) {
            untold = null;
            if (!before.isClosed()) {
                return before;
            }
        }
        if (now > latestNow) {
            latestNow = now;
        }
        if (now < filing.earliest) {
            return null;
        }
        work();
        for (int left = STEPS; ; ) {
            Slot slot = levels.draining;
            if (slot == null) {
                slot = levels.first();
                if (slot == null) {
                    filing.earliest = NEVER;
                    levels.position = Math.max(levels.position, now);
                    return null;
                }
                if (slot.leastKey > now) {
                    filing.earliest = slot.leastKey;
                    if (slot.start > now) {
                        levels.position = Math.max(levels.position, now);
                    }
                    return null;
                }
            }
            if (left <= 0) {
                behind = true;
                return null;
            }
            if (slot.count == 0) {
                levels.empty(slot); // an Error has kept the loop from that
                continue;
            }
            if (slot == levels.draining || (slot.level > 0 && !slot.isOneChunk())) {
                left = levels.drain(slot, left);
                continue;
            }
            Crowd crowd = levels.crowd(slot);
            if (crowd != null) {
                left = crowd.work(levels, slot, left);
                if (left <= 0) {
                    continue;
                }
                if (crowd.isEmpty()) {
                    slot.count = 0;
                    levels.empty(slot);
                    continue;
                }
            }
            left--;
            TimerEntry timer = fireFirst(slot, now);
            if (timer != null) {
                return timer;
            }
        }
    }

    /**
     * {@return whether the last {@link #takeDue} ended before all that is due was taken}
     */
    public boolean isBehind() {
        return behind;
    }

    /** Fires the timer of the first entry of a slot; null if it is not due, or no longer what is due. */
    private @Nullable TimerEntry fireFirst(Slot slot, long now) {
        Crowd crowd = slot.crowd;
        Chunk chunk = crowd == null ? head(slot) : crowd.head(sorter);
        long markedOrder = chunk.orders[chunk.from];
        TimerEntry timer = chunk.timer(chunk.from);
        long key = slot.key(markedOrder);
        if (key > now) {
            slot.leastKey = key;
            return null;
        }
        long mark = markedOrder & Filing.MARK;
        if (timer.filed() != (key | mark)) {
            removeFirst(slot, chunk);
            return null;
        }
        if (slot.level == 0
                && slot.order(key, timer) > (crowd == null ? markedOrder & KEY : crowd.order(markedOrder))) {
            levels.append(key, mark, timer); // armed again for the same time, so it is the last one now
            removeFirst(slot, chunk);
            return null;
        }
        boolean fired = false;
        boolean removed = false;
        try {
            fired = filing.fires(timer, key, now);
            removeFirst(slot, chunk);
            removed = true;
            return fired ? timer : null;
        } finally {
            if (!removed) {
                timer.filed(key | mark);
                if (fired) {
                    untold = timer;
                }
            }
        }
    }

    /** Fires a timer that is not filed here; says whether it did. */
    boolean fires(TimerEntry timer, long deadline, long now) {
        return filing.fire(timer, deadline, now);
    }

    /** Takes over from a wheel that this one replaces what has fired last, and whether anybody knows of it. Stores only. */
    void takeOver(TimerWheel replaced) {
        filing.due = replaced.filing.due;
        filing.missed = replaced.filing.missed;
        untold = replaced.untold;
    }

    /** {@return how many periods the timer that has fired last has missed} */
    long missed() {
        return filing.missed;
    }

    /** {@return the deadline of the timer that has fired last} */
    long due() {
        return filing.due;
    }

    /** {@return the chunk that begins with the first entry of a slot} */
    private Chunk head(Slot slot) {
        if (!slot.sorted) {
            Chunk chunk = levels.head(slot);
            touched += chunk.touch();
            sorter.sort(chunk, slot.level);
            slot.noteSorted();
        }
        Chunk chunk = levels.head(slot);
        if (slot.level > 0) {
            leastSequenceFirst(chunk);
        }
        return chunk;
    }

    private void removeFirst(Slot slot, Chunk chunk) {
        Crowd crowd = slot.crowd;
        if (crowd == null) {
            levels.removeFirst(slot, chunk);
        } else {
            crowd.removeFirst(levels, slot, chunk);
        }
    }

    /** Of entries with the same key, puts that of the timer that was armed first to the front. */
    private static void leastSequenceFirst(Chunk chunk) {
        int first = chunk.from;
        long key = chunk.orders[first] & KEY;
        for (int i = first + 1; i < chunk.end && (chunk.orders[i] & KEY) == key; i++) {
            if (chunk.timer(i).sequence() - chunk.timer(first).sequence() < 0) {
                chunk.swap(first, i);
            }
        }
    }

    /**
     * {@return a time that no key in the wheel is before, {@link TimerEntry#NEVER} if there is none}
     */
    public long earliest() {
        return filing.earliest;
    }

    /**
     * Tells when the loop has to look at the latest: the least deadline plus accuracy of the timers that are armed. It may be too
     * early if there was too much to drop, never too late.
     *
     * @return the time; {@link TimerEntry#NEVER} if no timer is armed
     */
    public long wakeAt() {
        return wakeTime.find();
    }

    /** {@return the accuracy of the timer for which {@link #wakeAt} is what it is; 0 if that is a lower bound} */
    public long accuracyAtWake() {
        return wakeTime.accuracy();
    }

    /** Visits the timers of all entries; a timer may have several. */
    void forEach(Consumer<TimerEntry> action) {
        levels.forEach(action);
    }

    /** The share of each call in the sweep. */
    private void work() {
        wakeTime.earn();
        sweep.work();
    }

    /** {@return what drops the entries of the dead} */
    Sweep sweep() {
        return sweep;
    }

    /** {@return how many entries there are, those of the dead included} */
    int entries() {
        return levels.entries;
    }

    /** {@return how many entries have moved to a lower level so far} */
    long moves() {
        return levels.moves;
    }
}
