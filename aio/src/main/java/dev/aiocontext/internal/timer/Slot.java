package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.KEY;
import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

import org.jspecify.annotations.Nullable;

/**
 * The entries whose keys lie in one span of time, in a chain of chunks. A slot of the lowest level spans one nanosecond, so there
 * all keys are equal, and an entry has the sequence of its timer in place of its key. Home thread.
 */
final class Slot {
    /** Sequences are kept as distances from a first one, which may be negative. */
    private static final long BIAS = 1L << 61;

    final int level;
    final int index;

    /** The least key that belongs here. */
    long start;

    /** No key is less; it may be too low, because what leaves does not change it. */
    long leastKey = NEVER;

    final Decider decider = new Decider();
    int count;

    @Nullable
    Chunk head;

    @Nullable
    Chunk tail;

    /** Has the first of the entries, in order; null if the chunks have all. */
    @Nullable
    Crowd crowd;

    /** Whether the entries are in order from the first one on. */
    boolean sorted = true;

    private long lastOrder;
    private long firstSequence;

    Slot(int level, int index) {
        this.level = level;
        this.index = index;
    }

    /** What entries of this slot are sorted by. */
    long order(long key, TimerEntry timer) {
        return level == 0 ? (timer.sequence() - firstSequence + BIAS) & KEY : key;
    }

    /** The key of an entry. */
    long key(long markedOrder) {
        return level == 0 ? start : markedOrder & KEY;
    }

    /** Makes room for one more entry, before anything changes. */
    Chunk room(Chunks chunks) {
        Chunk last = tail;
        if (last != null && last.hasRoom(1)) {
            return last;
        }
        Chunk fresh = chunks.take();
        if (last == null) {
            head = fresh;
        } else {
            last.next = fresh;
        }
        tail = fresh;
        return fresh;
    }

    void open(long first, TimerEntry timer) {
        start = first;
        leastKey = NEVER;
        decider.reset();
        sorted = true;
        lastOrder = 0;
        firstSequence = level == 0 ? timer.sequence() : 0;
    }

    void append(Chunk room, long order, long mark, TimerEntry timer) {
        room.append(order | mark, timer);
        count++;
        sorted &= order >= lastOrder;
        lastOrder = order;
    }

    /** Notes that the entries are in order. */
    void noteSorted() {
        Chunk last = tail;
        lastOrder = last == null || last.from == last.end ? 0 : last.orders[last.end - 1] & KEY;
        sorted = true;
    }

    /**
     * Frees a chunk if its entries fit into the one before.
     *
     * @return the last chunk that is left
     */
    @Nullable
    Chunk unite(@Nullable Chunk before, Chunk chunk, Chunks chunks) {
        int size = chunk.end - chunk.from;
        if (size > 0 && (before == null || !before.hasRoom(size))) {
            return chunk;
        }
        for (int i = chunk.from; before != null && i < chunk.end; i++) {
            before.append(chunk.orders[i], chunk.timer(i));
        }
        if (before == null) {
            head = chunk.next;
        } else {
            before.next = chunk.next;
        }
        if (tail == chunk) {
            tail = before;
        }
        chunks.give(chunk);
        return before;
    }

    boolean isOneChunk() {
        return head == tail;
    }
}
