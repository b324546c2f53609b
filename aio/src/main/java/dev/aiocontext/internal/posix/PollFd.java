package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * A struct pollfd: the descriptor, the events to wait for, and the events that have occurred.
 *
 * <p>Both kinds of event are read and written as one int. Its upper half is what has occurred, because both platforms are
 * little-endian. The generated class would do the same, and the first context of a JVM would wait 6 ms for its layouts, paths and
 * accessors. A test compares the two.
 *
 * <p><b>Threads.</b> The one whose memory it is.
 */
public final class PollFd {
    /** The bytes of one. */
    public static final long SIZE = 8;

    private static final long EVENTS = 4;

    private PollFd() {}

    /**
     * Says what to wait for. No events have occurred then.
     *
     * @param memory where it is
     * @param offset where in the memory
     * @param fd the descriptor
     * @param events POLL*
     */
    public static void set(MemorySegment memory, long offset, int fd, int events) {
        memory.set(JAVA_INT, offset, fd);
        memory.set(JAVA_INT, offset + EVENTS, events & 0xffff);
    }

    /**
     * {@return the events that have occurred}
     *
     * @param memory where it is
     * @param offset where in the memory
     */
    public static int revents(MemorySegment memory, long offset) {
        return memory.get(JAVA_INT, offset + EVENTS) >> Short.SIZE;
    }
}
