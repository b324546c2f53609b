package dev.aiocontext.internal.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory that its owner frees. A segment of it is passed to a system call without being counted in and out, as one of a
 * shared arena would be by two atomic operations; so it is the owner's part to free nothing that is in use.
 *
 * <p><b>Threads.</b> Any thread may allocate and free; what is in the memory belongs to the owner.
 */
public final class OwnMemory implements AutoCloseable {
    private final Arena arena = Arena.ofShared();

    /** Creates memory of no size. */
    public OwnMemory() {}

    /**
     * Allocates zeroed memory.
     *
     * @param bytes how much
     * @param alignment its alignment in bytes, a power of two
     * @return the memory, not to be used after {@link #close}
     */
    @SuppressWarnings("restricted")
    public MemorySegment allocate(long bytes, long alignment) {
        return MemorySegment.ofAddress(arena.allocate(bytes, alignment).address())
                .reinterpret(bytes);
    }

    /** Frees all of it. Calling it again changes nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
