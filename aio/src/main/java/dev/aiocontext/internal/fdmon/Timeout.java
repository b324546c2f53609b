package dev.aiocontext.internal.fdmon;

import dev.aiocontext.bindings.linux.timespec;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/** The time that a waiting call may take, over all its interruptions by signals. Home thread only. */
final class Timeout {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MemorySegment spec;
    private final MemorySegment state;

    /** Creates it in the memory of a monitor. */
    Timeout(OwnMemory memory) {
        spec = timespec.allocate(memory);
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

    /** {@return the segment in which the wait leaves its errno} */
    MemorySegment state() {
        return state;
    }

    /** A struct timespec, or NULL for ever; valid until the next call. */
    MemorySegment timespec(long nanos) {
        if (nanos < 0) {
            return MemorySegment.NULL;
        }
        timespec.tv_sec(spec, nanos / SECOND);
        timespec.tv_nsec(spec, nanos % SECOND);
        return spec;
    }
}
