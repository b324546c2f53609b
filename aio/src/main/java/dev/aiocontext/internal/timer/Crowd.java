package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.KEY;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Many entries of a slot of one nanosecond that are out of order. Their orders are sorted as keys are: by levels of their own, in bounded steps.
 * Home thread.
 *
 * <p>The slot counts its entries, wherever they are. Those that are in its own chunks have yet to be gathered.
 *
 * <p><b>Errors.</b> An entry is copied before it is removed. So an Error leaves an entry too many, which is stale.
 */
final class Crowd {
    private final Levels byOrder;

    Crowd(Chunks chunks) {
        byOrder = new Levels(0, chunks);
    }

    /**
     * Gathers entries of the slot and moves them to lower levels, a bounded part.
     *
     * @param steps how many entries to move at most
     * @return how many more could have been moved: if any, {@link #head} has the first entry
     */
    int work(Levels levels, Slot slot, int steps) {
        int left = gather(levels, slot, steps);
        while (left > 0) {
            Slot draining = byOrder.draining;
            Slot first = draining != null ? draining : byOrder.first();
            if (first == null || (draining == null && (first.level == 0 || first.isOneChunk()))) {
                break;
            }
            left = byOrder.drain(first, left);
        }
        levels.moves += steps - left;
        return left;
    }

    private int gather(Levels levels, Slot slot, int steps) {
        int left = steps;
        for (Chunk chunk = slot.head; chunk != null && left > 0; chunk = slot.head) {
            for (; chunk.from < chunk.end && left > 0; left--) {
                long order = chunk.orders[chunk.from];
                // A timer that another thread armed meanwhile may have a lesser sequence than those that are gone.
                byOrder.append(Math.max(order & KEY, byOrder.position), order & Filing.MARK, chunk.timer(chunk.from));
                chunk.removeFirst();
            }
            if (chunk.from == chunk.end) {
                levels.pop(slot, chunk);
            }
        }
        return left;
    }

    boolean isEmpty() {
        return byOrder.entries == 0;
    }

    private Slot first() {
        return Objects.requireNonNull(byOrder.first());
    }

    /** {@return the chunk that begins with the first entry} */
    Chunk head(Sorter sorter) {
        Slot first = first();
        Chunk chunk = byOrder.head(first);
        if (!first.sorted && first.level > 0) {
            sorter.sort(chunk, first.level);
            first.noteSorted();
        }
        return chunk;
    }

    /** The order of the first entry. */
    long order(long markedOrder) {
        return first().key(markedOrder);
    }

    /** Removes the first entry, and the slot if there are no more. */
    void removeFirst(Levels levels, Slot slot, Chunk chunk) {
        byOrder.removeFirst(first(), chunk);
        levels.entries--;
        slot.count = Math.max(1, slot.count - 1);
        if (isEmpty() && slot.head == null) {
            slot.count = 0;
            levels.empty(slot);
        }
    }

    /** Gives the slot its entries back, but for those that are stale. An Error leaves some that are in both. */
    void dissolve(Levels levels, Slot slot) {
        long key = slot.start;
        byOrder.forEach(timer -> {
            long filed = timer.filed();
            if ((filed & KEY) == key) {
                levels.append(key, filed & Filing.MARK, timer);
            }
        });
        slot.count -= byOrder.entries;
        levels.entries -= byOrder.entries;
        slot.crowd = null;
    }

    void forEach(Consumer<TimerEntry> action) {
        byOrder.forEach(action);
    }
}
