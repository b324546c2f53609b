package dev.aiocontext.internal.timer;

import org.jspecify.annotations.Nullable;

/** The chunks that are free. It keeps as many as are in use and a few more, so that a steady load allocates none. Home thread. */
class Chunks {
    private static final int FEW = 256;

    private @Nullable Chunk free;
    private int freeCount;
    private int used;

    Chunk take() {
        Chunk chunk = free;
        if (chunk == null) {
            chunk = new Chunk();
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
