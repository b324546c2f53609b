package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.KEY;
import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps timers in the order of their deadlines, to the nanosecond. It is told the time.
 *
 * <p>A radix wheel: a key is read as eleven digits to the base of 64, and each digit has a level with a slot for each value.
 *
 * <pre>
 *     level            0      1        2         3          4       5        6        7       8        9 ...
 *     a slot spans     1 ns   64 ns    4.1 us    262 us     17 ms   1.1 s    69 s     73 min  78 h     208 days
 * </pre>
 *
 * <p>An entry lies on the level of the first digit in which its key differs from {@link #position}. No key is less than the
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
 * <p><b>The sweep.</b> It drops entries of the dead and stale entries when the entries have doubled in number. Each sweep has a
 * mark, 0 or 1, which stands in an entry and in {@code filed}, above the key. The sweep gives both its own mark, so that it
 * sees a second entry with the same key as stale. It goes from high levels to low ones, as entries do, and so misses none.
 *
 * <p><b>Threads.</b> Home thread. Other threads arm and disarm the timers all the while: the wheel unfiles a timer before it reads
 * the deadline that it acts on (see {@link TimerEntry#unfile}).
 *
 * <p><b>Errors.</b> An entry is copied before it is removed, and room is made before a timer is unfiled. So an Error leaves an
 * entry too many, which is harmless, and never one too few.
 */
public final class TimerWheel {
    private static final int LEVELS = 11;
    private static final int BITS = 6;
    private static final int SLOTS = 1 << BITS;
    private static final long MARK = KEY + 1;

    /** The moves and drops of one call. */
    private static final int STEPS = 64;

    /** The entries that a call looks at, at most, to find out when to look next. */
    private static final int MOST_CREDIT = 4096;

    private static final int FEW = 1024;

    private final @Nullable Slot[] slots = new Slot[LEVELS * SLOTS];

    /** For each level, the slots that are not empty; and the levels that have such slots. */
    private final long[] occupied = new long[LEVELS];

    private int levels;
    private final Chunks chunks;

    private long position;
    private long latestNow;
    private long earliest = NEVER;
    private boolean behind;

    /** The slot whose entries move to lower levels, before anything else is done. */
    private @Nullable Slot draining;

    private int entries;
    private long moves;

    /** Of no meaning: without it, the compiler would leave out what is read ahead of time. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    /** The least "at the latest" of all entries, as long as it holds; and one to build a new one in. */
    private final Decider wake = new Decider();

    private final Decider fresh = new Decider();

    /** How many entries may be looked at to find out when to look next. Each call adds to it. */
    private int credit;

    private long mark;
    private boolean sweeping;
    private int sweepSlot;

    /** The last chunk that the sweep has left in its slot; null if the first one is next. */
    private @Nullable Chunk swept;

    /** The sweep begins when there are more entries than this, and at least this many. */
    private final int few;

    private int sweepAt;

    /**
     * Creates an empty wheel.
     *
     * @param now the time, in nanoseconds, at least 0
     */
    public TimerWheel(long now) {
        this(now, FEW, new Chunks());
    }

    TimerWheel(long now, int few, Chunks chunks) {
        this.chunks = chunks;
        this.few = few;
        sweepAt = few;
        position = now;
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
        work();
        long deadline = timer.deadline();
        if (deadline == NEVER) {
            return;
        }
        long filed = timer.filed() & KEY;
        long key = Math.max(deadline, latestNow + 1);
        if (filed <= key) {
            offerAgain(filed, timer);
        } else {
            enter(key, timer);
        }
    }

    /** Adds an entry: the timer is filed under it when it is there. */
    private void enter(long key, TimerEntry timer) {
        Slot slot = append(key, mark, timer);
        slot.decider.offer(key, timer);
        wake.offer(key, timer);
        if (key < earliest) {
            earliest = key;
        }
        timer.filed(key | mark);
    }

    /** The level of the first digit in which a key differs from the position. */
    private int level(long key) {
        return (63 - Long.numberOfLeadingZeros((key ^ position) | 1)) / BITS;
    }

    private static int index(int level, long key) {
        return (int) (key >>> (level * BITS)) & (SLOTS - 1);
    }

    private Slot append(long key, long entryMark, TimerEntry timer) {
        int level = level(key);
        int index = index(level, key);
        Slot slot = slots[level * SLOTS + index];
        if (slot == null) {
            slot = new Slot(level, index);
            slots[level * SLOTS + index] = slot;
        }
        Chunk room = slot.room(chunks);
        if (slot.count == 0) {
            slot.open(key & (-1L << (level * BITS)), timer);
            occupied[level] |= 1L << index;
            levels |= 1 << level;
        }
        slot.append(room, slot.order(key, timer), entryMark, timer);
        entries++;
        if (key < slot.leastKey) {
            slot.leastKey = key;
        }
        return slot;
    }

    /** Notes the accuracy of a timer that is in the wheel. */
    private void offerAgain(long key, TimerEntry timer) {
        int level = level(key);
        Slot slot = slots[level * SLOTS + index(level, key)];
        if (slot != null && slot.count > 0) {
            slot.decider.offer(key, timer);
        }
        if (draining != null) {
            draining.decider.offer(key, timer); // its entry may still be there
        }
        wake.offer(key, timer);
    }

    /**
     * Takes the next timer that is due: in the order of deadlines, and of sequences where they are equal. It is in the wheel no
     * longer, and still armed.
     *
     * @param now the time; it may be less than one told before, and then less is due
     * @return the timer; null if none is due, or if it was too much work to find one: {@link #isBehind} says which
     */
    public @Nullable TimerEntry takeDue(long now) {
        behind = false;
        if (now > latestNow) {
            latestNow = now;
        }
        if (now < earliest) {
            return null;
        }
        work();
        for (int left = STEPS; ; ) {
            Slot slot = draining;
            if (slot == null) {
                slot = first();
                if (slot == null) {
                    earliest = NEVER;
                    position = Math.max(position, now);
                    return null;
                }
                if (slot.leastKey > now) {
                    earliest = slot.leastKey;
                    if (slot.start > now) {
                        position = Math.max(position, now);
                    }
                    return null;
                }
            }
            if (left <= 0) {
                behind = true;
                return null;
            }
            if (slot == draining || (slot.level > 0 && !slot.isOneChunk())) {
                left = drain(slot, left);
                continue;
            }
            left--;
            TimerEntry timer = takeFirst(slot, now);
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

    private @Nullable Slot first() {
        if (levels == 0) {
            return null;
        }
        int level = Integer.numberOfTrailingZeros(levels);
        return slots[level * SLOTS + Long.numberOfTrailingZeros(occupied[level])];
    }

    /** Moves entries of the first slot to lower levels, at most as many as are left to do; tells how many are left then. */
    private int drain(Slot slot, int steps) {
        draining = slot;
        position = slot.start;
        int left = steps;
        while (left > 0 && slot.count > 0) {
            Chunk chunk = head(slot);
            long markedKey = chunk.orders[chunk.from];
            TimerEntry timer = chunk.timer(chunk.from);
            long key = markedKey & KEY;
            append(key, markedKey & MARK, timer).decider.offer(key);
            removeFirst(slot, chunk);
            moves++;
            left--;
        }
        return left;
    }

    /** Takes the first entry of a slot; null if it is not due, or no longer what is due. */
    private @Nullable TimerEntry takeFirst(Slot slot, long now) {
        if (!slot.sorted) {
            sort(slot);
        }
        Chunk chunk = head(slot);
        if (slot.level > 0) {
            leastSequenceFirst(chunk);
        }
        long markedOrder = chunk.orders[chunk.from];
        TimerEntry timer = chunk.timer(chunk.from);
        long key = slot.key(markedOrder);
        if (key > now) {
            slot.leastKey = key;
            return null;
        }
        long filed = key | (markedOrder & MARK);
        boolean taken = false;
        if (timer.filed() == filed) {
            if (slot.level == 0 && slot.order(key, timer) != (markedOrder & KEY)) {
                append(key, markedOrder & MARK, timer); // armed again for the same time, so it is the last one now
            } else {
                taken = leaves(timer, key, filed);
            }
        }
        removeFirst(slot, chunk);
        return taken ? timer : null;
    }

    /**
     * Unfiles a timer, and files it anew if it is armed for later than its key.
     *
     * @return true if it is armed for its key or before: then it is not filed
     */
    private boolean leaves(TimerEntry timer, long key, long filed) {
        boolean done = false;
        try {
            timer.unfile();
            long deadline = timer.deadline();
            if (deadline > key && deadline != NEVER) {
                enter(deadline, timer);
            }
            done = true;
            return deadline <= key;
        } finally {
            if (!done) {
                timer.filed(filed);
            }
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

    private void sort(Slot slot) {
        if (slot.isOneChunk()) {
            Chunk chunk = head(slot);
            touched += chunk.touch();
            chunk.sort();
        } else {
            Crowd.sort(slot);
        }
        slot.isSorted();
    }

    private Chunk head(Slot slot) {
        Chunk chunk = Objects.requireNonNull(slot.head);
        while (chunk.from == chunk.end) {
            pop(slot, chunk);
            chunk = Objects.requireNonNull(slot.head);
        }
        return chunk;
    }

    private void pop(Slot slot, Chunk first) {
        slot.head = first.next;
        if (slot.head == null) {
            slot.tail = null;
        }
        if (swept == first) {
            swept = null;
        }
        chunks.give(first);
    }

    private void removeFirst(Slot slot, Chunk chunk) {
        chunk.removeFirst();
        slot.count--;
        entries--;
        if (slot.count == 0) {
            empty(slot);
        } else if (chunk.from == chunk.end) {
            pop(slot, chunk);
        }
    }

    private void empty(Slot slot) {
        for (Chunk chunk = slot.head; chunk != null; chunk = slot.head) {
            pop(slot, chunk);
        }
        occupied[slot.level] &= ~(1L << slot.index);
        if (occupied[slot.level] == 0) {
            levels &= ~(1 << slot.level);
        }
        if (draining == slot) {
            draining = null;
        }
    }

    /**
     * {@return a time that no key in the wheel is before, {@link TimerEntry#NEVER} if there is none}
     */
    public long earliest() {
        return earliest;
    }

    /**
     * Tells when the loop has to look at the latest: the least deadline plus accuracy of the timers that are armed. It may be too
     * early if there was too much to drop, never too late.
     *
     * @return the time; {@link TimerEntry#NEVER} if no timer is armed
     */
    public long wakeAt() {
        if (wake.holds()) {
            return wake.latest;
        }
        credit = Math.min(MOST_CREDIT, credit + STEPS);
        for (int looks = 0; ; looks++) {
            Slot slot = deciding();
            if (slot == null) {
                return NEVER;
            }
            Decider decider = slot.decider;
            if (decider.holds()) {
                wake.set(decider);
                return decider.latest;
            }
            if (looks == STEPS || (slot.count > STEPS && slot.count > credit)) {
                return decider.latest;
            }
            credit = Math.max(0, credit - slot.count);
            refine(slot);
        }
    }

    /** {@return the accuracy of the timer for which {@link #wakeAt} is what it is; 0 if that is a lower bound} */
    public long accuracyAtWake() {
        return wake.accuracy();
    }

    /** Visits the timers of all entries; a timer may have several. */
    void forEach(Consumer<TimerEntry> action) {
        for (Slot slot : slots) {
            for (Chunk chunk = slot == null ? null : slot.head; chunk != null; chunk = chunk.next) {
                for (int i = chunk.from; i < chunk.end; i++) {
                    action.accept(chunk.timer(i));
                }
            }
        }
    }

    /** The slot with the least "at the latest". A slot that starts later than that need not be looked at. */
    private @Nullable Slot deciding() {
        Slot best = null;
        long latest = NEVER;
        for (int rest = levels; rest != 0; rest &= rest - 1) {
            int level = Integer.numberOfTrailingZeros(rest);
            for (long bits = occupied[level]; bits != 0; bits &= bits - 1) {
                Slot slot = Objects.requireNonNull(slots[level * SLOTS + Long.numberOfTrailingZeros(bits)]);
                if (slot.start >= latest) {
                    break;
                }
                if (slot.decider.latest < latest) {
                    best = slot;
                    latest = slot.decider.latest;
                }
            }
        }
        return best;
    }

    /** Drops what is dead in a slot, and finds the timer that decides. */
    private void refine(Slot slot) {
        fresh.reset();
        Chunk before = null;
        for (Chunk chunk = slot.head; chunk != null; chunk = before == null ? slot.head : before.next) {
            before = sift(slot, before, chunk, fresh);
        }
        slot.decider.set(fresh);
        if (slot.count == 0) {
            empty(slot);
        }
    }

    /** The share of each call in the sweep. */
    private void work() {
        credit = Math.min(MOST_CREDIT, credit + STEPS);
        if (sweeping) {
            sweep();
        } else if (entries > sweepAt) {
            sweeping = true;
            mark ^= MARK;
            sweepSlot = slots.length - 1;
            swept = null;
        }
    }

    private void sweep() {
        for (int left = STEPS; left > 0; left--) {
            Slot slot = slots[sweepSlot];
            Chunk chunk = slot == null || slot.count == 0 ? null : swept == null ? slot.head : swept.next;
            if (slot != null && chunk != null) {
                left -= chunk.end - chunk.from;
                swept = sift(slot, swept, chunk, null);
                if (slot.count == 0) {
                    empty(slot);
                }
            } else {
                swept = null;
                if (sweepSlot == 0) {
                    sweeping = false;
                    sweepAt = Math.max(few, 2 * entries);
                    return;
                }
                sweepSlot--;
            }
        }
    }

    /**
     * Drops the dead and the stale of a chunk, files anew what is armed for later, and gives the rest the mark of the sweep.
     *
     * @param before the chunk before it
     * @param decider is offered what stays, unless it is null
     * @return the chunk before the next one
     */
    private @Nullable Chunk sift(Slot slot, @Nullable Chunk before, Chunk chunk, @Nullable Decider decider) {
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
            entries -= dropped;
        }
        Chunk left = slot.unite(before, chunk, chunks);
        if (left != chunk && swept == chunk) {
            swept = left;
        }
        return left;
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

    /** {@return how many entries there are, those of the dead included} */
    int entries() {
        return entries;
    }

    /** {@return how many entries have moved to a lower level so far} */
    long moves() {
        return moves;
    }
}
