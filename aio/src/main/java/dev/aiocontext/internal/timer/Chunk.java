package dev.aiocontext.internal.timer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A few entries of a {@link Slot}, in arrays that a move reads without touching a timer. Home thread. */
final class Chunk {
    /** The order of each entry within its slot ({@link Slot#order}), with the mark of its sweep above. A {@link Sorter} replaces it. */
    long[] orders;

    /** The timers of the entries. A {@link Sorter} replaces it. */
    @Nullable
    TimerEntry[] timers;

    /** The first entry that is left, and the end of the entries. */
    int from;

    int end;

    @Nullable
    Chunk next;

    Chunk(int capacity) {
        orders = new long[capacity];
        timers = new TimerEntry[capacity];
    }

    /** {@return whether so many entries more fit in} */
    boolean hasRoom(int more) {
        return end + more <= orders.length;
    }

    TimerEntry timer(int i) {
        return Objects.requireNonNull(timers[i]);
    }

    void append(long order, TimerEntry timer) {
        orders[end] = order;
        timers[end] = timer;
        end++;
    }

    void removeFirst() {
        timers[from] = null;
        from++;
    }

    /** Drops what is behind the new end. */
    void cut(int newEnd) {
        for (int i = newEnd; i < end; i++) {
            timers[i] = null;
        }
        end = newEnd;
    }

    /**
     * Closes the gap before an entry.
     *
     * @return how wide it was
     */
    int close(int gap, int entry) {
        System.arraycopy(orders, entry, orders, gap, end - entry);
        System.arraycopy(timers, entry, timers, gap, end - entry);
        cut(end - (entry - gap));
        return entry - gap;
    }

    void swap(int i, int j) {
        long order = orders[i];
        orders[i] = orders[j];
        orders[j] = order;
        TimerEntry timer = timers[i];
        timers[i] = timers[j];
        timers[j] = timer;
    }

    /** Reads all timers, each a cache miss if there are many: so the processor waits for several at once. */
    long touch() {
        long all = 0;
        for (int i = from; i < end; i++) {
            all += timer(i).glance();
        }
        return all;
    }
}
