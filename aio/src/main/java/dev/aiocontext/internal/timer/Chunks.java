package dev.aiocontext.internal.timer;

import org.jspecify.annotations.Nullable;

/** The chunks that are free. It keeps as many as are in use and a few more, so that a steady load allocates none. Home thread. */
class Chunks {
    /**
     * To sort so many entries costs less than to move them to slots of their own. A thousand timers over ten minutes are about 115 in a slot.
     */
    static final int CAPACITY = 128;

    private static final int FEW = 256;

    /** How many entries a chunk has. */
    final int capacity;

    private @Nullable Chunk free;
    private int freeCount;
    private int used;

    Chunks() {
        this(CAPACITY);
    }

    Chunks(int capacity) {
        this.capacity = capacity;
    }

    Chunk take() {
        Chunk chunk = free;
        if (chunk == null) {
            chunk = new Chunk(capacity);
        } else {
            free = chunk.next;
            freeCount--;
            chunk.next = null;
        }
        used++;
        return chunk;
    }

    /** Takes back a chunk that no slot knows any more. */
    void give(Chunk chunk) {
        used--;
        if (freeCount >= used + FEW) {
            return;
        }
        chunk.cut(chunk.from);
        chunk.from = 0;
        chunk.end = 0;
        chunk.next = free;
        free = chunk;
        freeCount++;
    }
}
