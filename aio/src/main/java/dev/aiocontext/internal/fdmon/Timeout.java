package dev.aiocontext.internal.fdmon;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/** The time that a waiting call may take, over all its interruptions by signals. Home thread only. */
final class Timeout {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The bytes of a struct timespec, two longs on both platforms. */
    private static final long SIZE = 2 * Long.BYTES;

    private final MemorySegment spec;
    private final MemorySegment state;

    /** What the struct says; -1 while it is written. */
    private long said;

    /** Creates it in the memory of a monitor. */
    Timeout(OwnMemory memory) {
        spec = memory.allocate(SIZE, Long.BYTES);
        state = Libc.errnoSegment(memory);
    }

    /** A call that waits for at most so many nanoseconds, negative for ever; returns a count or a negated errno. */
    interface Wait {
        int call(long nanos);
    }

    /** Calls until a call is not interrupted, each time with what is left. */
    static int retryInterrupted(long timeoutNanos, Wait wait) {
        long start = timeoutNanos > 0 ? System.nanoTime() : 0;
        int result = wait.call(timeoutNanos);
        while (result == -Errno.EINTR) {
            result = wait.call(
                    timeoutNanos > 0 ? Math.max(0, timeoutNanos - (System.nanoTime() - start)) : timeoutNanos);
        }
        return result;
    }

    /** {@return so many nanoseconds in milliseconds, rounded up, because a timer is never early} Negative for ever. */
    static int millis(long nanos) {
        if (nanos <= 0) {
            return (int) Math.max(-1, nanos);
        }
        long up = TimeUnit.NANOSECONDS.toMillis(nanos - 1) + 1;
        return (int) Math.min(Integer.MAX_VALUE, up);
    }

    /** {@return the segment in which the wait leaves its errno} */
    MemorySegment state() {
        return state;
    }

    /** A struct timespec, or NULL for ever; valid until the next call. */
    MemorySegment timespec(long nanos) {
        if (nanos < 0) {
            return MemorySegment.NULL;
        }
        if (nanos != said) {
            said = -1;
            write(nanos / SECOND, (int) (nanos % SECOND));
            said = nanos;
        }
        return spec;
    }

    /**
     * Writes ints, as {@code PollFd} does: accessors of longs, or of the generated struct, would be linked for this alone, by the
     * first wait for a time. The upper half of the nanoseconds stays 0, and both platforms are little-endian.
     */
    private void write(long seconds, int nanos) {
        spec.set(JAVA_INT, 0, (int) seconds);
        spec.set(JAVA_INT, Integer.BYTES, (int) (seconds >>> Integer.SIZE));
        spec.set(JAVA_INT, Long.BYTES, nanos);
    }
}
