package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a {@link TimerWheel}, by levels, and the entries in them. It knows nothing of what an entry is worth.
 *
 * <p><b>Threads.</b> Home thread.
 *
 * <p><b>Errors.</b> Room is made before an entry is added. After that, only stores follow.
 */
final class Levels {
    private static final int LEVELS = 11;
    static final int BITS = 6;
    static final int SLOTS = 1 << BITS;

    /** How many slots there are. */
    static final int COUNT = LEVELS * SLOTS;

    private final @Nullable Slot[] slots = new Slot[COUNT];

    /** For each level, the slots that are not empty; and the levels that have such slots. */
    private final long[] occupied = new long[LEVELS];

    private int levels;
    private final Chunks chunks;

    /** No key is less. */
    long position;

    /** How many entries there are, those of the dead included. */
    int entries;

    /** The slot whose entries move to lower levels, before anything else is done; null if there is none. */
    @Nullable
    Slot draining;

    /** How many entries have moved to a lower level so far. */
    long moves;

    /** Of no meaning: without it, the compiler would leave out what is read ahead of time. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    /** The last chunk that the sweep has left in its slot; null if the first one is next. */
    @Nullable
    Chunk swept;

    Levels(long position, Chunks chunks) {
        this.position = position;
        this.chunks = chunks;
    }

    /** The level of the first digit in which a key differs from the position. */
    private int level(long key) {
        return (63 - Long.numberOfLeadingZeros((key ^ position) | 1)) / BITS;
    }

    private static int index(int level, long key) {
        return (int) (key >>> (level * BITS)) & (SLOTS - 1);
    }

    /** Adds an entry, and returns the slot that it is in. */
    Slot append(long key, long entryMark, TimerEntry timer) {
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

    /** {@return the slot for a key; null if it is empty} */
    @Nullable
    Slot slotOf(long key) {
        int level = level(key);
        Slot slot = slots[level * SLOTS + index(level, key)];
        return slot == null || slot.count == 0 ? null : slot;
    }

    /** {@return the slot with a number from 0 to {@link #COUNT}; null if it is empty} */
    @Nullable
    Slot slot(int number) {
        Slot slot = slots[number];
        return slot == null || slot.count == 0 ? null : slot;
    }

    /** {@return the slot with the least keys; null if there are no entries} */
    @Nullable
    Slot first() {
        if (levels == 0) {
            return null;
        }
        int level = Integer.numberOfTrailingZeros(levels);
        return slots[level * SLOTS + Long.numberOfTrailingZeros(occupied[level])];
    }

    /** {@return the slot with the least "at the latest"} A slot that starts later than that need not be looked at. */
    @Nullable
    Slot deciding() {
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

    /** {@return what sorts the entries of a slot, if they are many and out of order} */
    @Nullable
    Crowd crowd(Slot slot) {
        if (slot.crowd == null && slot.level == 0 && !slot.sorted && !slot.isOneChunk()) {
            slot.crowd = new Crowd(chunks);
        }
        return slot.crowd;
    }

    /** {@return the first chunk of a slot that has entries} */
    Chunk head(Slot slot) {
        Chunk chunk = Objects.requireNonNull(slot.head);
        while (chunk.from == chunk.end) {
            pop(slot, chunk);
            chunk = Objects.requireNonNull(slot.head);
        }
        return chunk;
    }

    /** Moves entries of the first slot to lower levels, at most as many as are left to do; tells how many are left then. */
    int drain(Slot slot, int steps) {
        draining = slot;
        position = slot.start;
        int left = steps;
        while (left > 0 && slot.count > 0) {
            Chunk chunk = head(slot);
            if (chunk.from == 0 && slot.count <= 2 * chunks.capacity) {
                touched += chunk.touch(); // they are taken soon, each from a slot of its own
            }
            long markedKey = chunk.orders[chunk.from];
            TimerEntry timer = chunk.timer(chunk.from);
            long key = markedKey & TimerEntry.KEY;
            append(key, markedKey & Filing.MARK, timer).decider.offer(key);
            removeFirst(slot, chunk);
            moves++;
            left--;
        }
        return left;
    }

    /** Frees the first chunk of a slot, which has no entries. */
    void pop(Slot slot, Chunk first) {
        slot.head = first.next;
        if (slot.head == null) {
            slot.tail = null;
        }
        if (swept == first) {
            swept = null;
        }
        chunks.give(first);
    }

    /** Removes the first entry of a slot, which is in its first chunk. */
    void removeFirst(Slot slot, Chunk chunk) {
        chunk.removeFirst();
        slot.count--;
        entries--;
        if (slot.count == 0) {
            empty(slot);
        } else if (chunk.from == chunk.end) {
            pop(slot, chunk);
        }
    }

    /** Frees the chunks of a slot that has no entries any more. */
    void empty(Slot slot) {
        for (Chunk chunk = slot.head; chunk != null; chunk = slot.head) {
            pop(slot, chunk);
        }
        slot.crowd = null;
        occupied[slot.level] &= ~(1L << slot.index);
        if (occupied[slot.level] == 0) {
            levels &= ~(1 << slot.level);
        }
        if (draining == slot) {
            draining = null;
        }
    }

    /** Unites a chunk with the one before it in its slot if both fit into one; returns the last of them that is left. */
    @Nullable
    Chunk unite(Slot slot, @Nullable Chunk before, Chunk chunk) {
        Chunk left = slot.unite(before, chunk, chunks);
        if (left != chunk && swept == chunk) {
            swept = left;
        }
        return left;
    }

    /** Visits the timers of all entries; a timer may have several. */
    void forEach(Consumer<TimerEntry> action) {
        for (Slot slot : slots) {
            for (Chunk chunk = slot == null ? null : slot.head; chunk != null; chunk = chunk.next) {
                for (int i = chunk.from; i < chunk.end; i++) {
                    action.accept(chunk.timer(i));
                }
            }
            Crowd crowd = slot == null ? null : slot.crowd;
            if (crowd != null) {
                crowd.forEach(action);
            }
        }
    }
}
