package dev.aiocontext.internal.timer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A few entries of a {@link Slot}, in arrays that a move reads without touching a timer. Home thread. */
final class Chunk {
    static final int CAPACITY = 32;

    /** The order of each entry within its slot ({@link Slot#order}), with the mark of its sweep above. */
    final long[] orders = new long[CAPACITY];

    final @Nullable TimerEntry[] timers = new TimerEntry[CAPACITY];

    /** The first entry that is left, and the end of the entries. */
    int from;

    int end;

    @Nullable
    Chunk next;

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

    /**
     * Sorts by order: by insertion, because the entries are few. Only numbers move, and then each timer goes to its place at once, because the
     * garbage collector makes the store of a reference cost more than that of a number.
     *
     * <p>An Error may come before anything has changed. After that there are loads and stores alone, because an order without its timer would be
     * a timer lost.
     *
     * @param places has room for as many numbers as a chunk has entries
     */
    void sort(int[] places) {
        for (int i = from; i < end; i++) {
            long order = orders[i];
            int hole = i;
            while (hole > from && (orders[hole - 1] & TimerEntry.KEY) > (order & TimerEntry.KEY)) {
                orders[hole] = orders[hole - 1];
                places[hole] = places[hole - 1];
                hole--;
            }
            orders[hole] = order;
            places[hole] = i;
        }
        for (int i = from; i < end; i++) {
            // A ring of places, each of which gets the timer of the next one. It is empty if the place has its own.
            @Nullable TimerEntry timer = timers[i];
            int hole = i;
            for (int next = places[hole]; next != i; next = places[hole]) {
                timers[hole] = timers[next];
                places[hole] = hole;
                hole = next;
            }
            timers[hole] = timer;
            places[hole] = hole;
        }
    }
}
