package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that its owner frees, by malloc(3) and free(3). A segment of a shared arena is counted in and out of each system
 * call, by two atomic operations. A segment of this memory is not, so its owner must free nothing that is in use.
 *
 * <p>To close a shared arena takes a handshake with every thread of the JVM: 40 us with ten threads, 500 us with a thousand. An
 * automatic arena waits for a collection. Free(3) takes less than a microsecond. Memory of malloc is no direct memory for
 * the JVM, so {@code -XX:MaxDirectMemorySize} does not limit it.
 *
 * <p><b>Threads.</b> One at a time; what is in the memory belongs to the owner.
 *
 * <p><b>Errors.</b> An Error in {@link #allocate} leaves nothing that {@link #close} does not free. An Error in {@link #close} leaves
 * the rest to the next call. A block leaves the list before it is freed, so none is freed twice; the one at which the stack ends
 * may stay.
 */
public final class OwnMemory implements SegmentAllocator, AutoCloseable {
    /** The alignment of malloc(3), on both architectures. */
    private static final int ALIGNMENT = 16;

    private static final NativeFunction MALLOC = NativeFunction.inRegisters("malloc", ADDRESS, JAVA_LONG);

    /** Returns nothing. Declared as if it did, because another shape of call takes 8 ms to link; nobody reads the result. */
    private static final NativeFunction FREE = NativeFunction.inRegisters("free", JAVA_LONG, ADDRESS);

    static {
        FREE.handle(); // linked here: what is allocated must be freed where the stack ends, too
    }

    private @Nullable Block blocks;

    private static final class Block {
        @Nullable
        Block next;

        long address;

        Block(@Nullable Block next) {
            this.next = next;
        }
    }

    /** Creates memory of no size. */
    public OwnMemory() {}

    /**
     * Allocates zeroed memory.
     *
     * @param bytes how much
     * @param alignment its alignment in bytes, a power of two, at most 16
     * @return the memory, not to be used after {@link #close}
     * @throws OutOfMemoryError if there is none
     */
    @Override
    @SuppressWarnings("restricted")
    public MemorySegment allocate(long bytes, long alignment) {
        if (alignment > ALIGNMENT) {
            throw new IllegalArgumentException("aligned to " + alignment);
        }
        Block block = new Block(blocks); // first: what is allocated has an owner then
        blocks = block;
        try {
            block.address = (long) MALLOC.handle().invokeExact(CallState.UNREAD, bytes, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
        if (block.address == 0) {
            throw new OutOfMemoryError("malloc(" + bytes + ") failed");
        }
        return MemorySegment.ofAddress(block.address).reinterpret(bytes).fill((byte) 0);
    }

    /**
     * Frees what one call of {@link #allocate} returned. If it is not of this memory, nothing changes.
     *
     * @param segment the segment, not to be used any more
     */
    public void free(MemorySegment segment) {
        Block before = null;
        for (Block block = blocks; block != null; block = block.next) {
            if (block.address == segment.address()) {
                if (before == null) {
                    blocks = block.next;
                } else {
                    before.next = block.next;
                }
                free(block.address);
                return;
            }
            before = block;
        }
    }

    /** Frees all of it. Calling it again changes nothing. */
    @Override
    public void close() {
        for (Block block = blocks; block != null; block = blocks) {
            long address = block.address;
            blocks = block.next; // before the call: a block that is freed twice would be worse than one that is not
            free(address);
        }
    }

    @SuppressWarnings("UnusedVariable") // invokeExact needs to know the type
    private static void free(long address) {
        try {
            long nothing = (long) FREE.handle().invokeExact(CallState.UNREAD, address, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }
}
