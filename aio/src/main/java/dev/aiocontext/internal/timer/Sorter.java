package dev.aiocontext.internal.timer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the entries of a {@link Chunk} in order. Home thread.
 *
 * <p>All entries of a slot agree in the digits above the slot's level. So first they are counted and spread by the digit below it, as if they moved
 * to the slots of the next level, but within one chunk. Then most of them are in place, and an insertion sort does the rest.
 *
 * <p>Only numbers move at first. Then each timer goes to its place at once, because the garbage collector makes the store of a reference cost more
 * than that of a number. The sorted arrays change places with those of the chunk.
 *
 * <p><b>Errors.</b> An Error may come before anything has changed. After that there are loads and stores alone, because an order without its timer
 * would be a timer lost.
 */
final class Sorter {
    /** Fewer entries than this are not spread. */
    private static final int FEW = 10;

    private final int[] counts = new int[Levels.SLOTS];
    private final int[] places;
    private long[] orders;
    private @Nullable TimerEntry[] timers;

    /** Creates one for chunks of a capacity. */
    Sorter(int capacity) {
        places = new int[capacity];
        orders = new long[capacity];
        timers = new TimerEntry[capacity];
    }

    /** Sorts a chunk of a slot of a level. */
    void sort(Chunk chunk, int level) {
        if (level > 0 && chunk.end - chunk.from >= FEW) {
            spread(chunk, (level - 1) * Levels.BITS);
        } else {
            copy(chunk);
        }
        insert(chunk.from, chunk.end);
        move(chunk);
    }

    private void copy(Chunk chunk) {
        for (int i = chunk.from; i < chunk.end; i++) {
            orders[i] = chunk.orders[i];
            places[i] = i;
        }
    }

    private void spread(Chunk chunk, int shift) {
        Arrays.fill(counts, 0);
        for (int i = chunk.from; i < chunk.end; i++) {
            counts[digit(chunk.orders[i], shift)]++;
        }
        int place = chunk.from;
        for (int digit = 0; digit < Levels.SLOTS; digit++) {
            int count = counts[digit];
            counts[digit] = place;
            place += count;
        }
        for (int i = chunk.from; i < chunk.end; i++) {
            long order = chunk.orders[i];
            int to = counts[digit(order, shift)]++;
            orders[to] = order;
            places[to] = i;
        }
    }

    private static int digit(long order, int shift) {
        return (int) (order >> shift) & (Levels.SLOTS - 1);
    }

    private void insert(int from, int end) {
        for (int i = from + 1; i < end; i++) {
            long order = orders[i];
            int place = places[i];
            int hole = i;
            while (hole > from && (orders[hole - 1] & TimerEntry.KEY) > (order & TimerEntry.KEY)) {
                orders[hole] = orders[hole - 1];
                places[hole] = places[hole - 1];
                hole--;
            }
            orders[hole] = order;
            places[hole] = place;
        }
    }

    private void move(Chunk chunk) {
        @Nullable TimerEntry[] unsorted = chunk.timers;
        for (int i = chunk.from; i < chunk.end; i++) {
            timers[i] = unsorted[places[i]];
        }
        long[] old = chunk.orders;
        chunk.orders = orders;
        chunk.timers = timers;
        orders = old;
        timers = unsorted;
        Arrays.fill(unsorted, chunk.from, chunk.end, null);
    }
}
