package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits for one signal, which the waiting thread has blocked.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class SignalWait {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final NativeFunction SIGWAIT = NativeFunction.plain("sigwait", JAVA_INT, ADDRESS, ADDRESS);
    private static final NativeFunction SIGTIMEDWAIT =
            NativeFunction.withErrno("sigtimedwait", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(SIGWAIT, SIGTIMEDWAIT);

    private final MemorySegment set;
    private final MemorySegment received;
    private final MemorySegment timeout;
    private final MemorySegment state;

    /**
     * Creates it.
     *
     * @param signal the signal
     * @param arena what its memory lives in
     */
    public SignalWait(int signal, Arena arena) {
        set = Signals.setOf(signal, arena);
        received = arena.allocate(JAVA_INT);
        timeout = timespec.allocate(arena);
        state = Libc.errnoSegment(arena);
    }

    /** Waits for the signal: sigwait(3). */
    public void await() {
        try {
            int error;
            do {
                error = (int) SIGWAIT.handle().invokeExact(set, received);
            } while (error == Errno.EINTR);
            Errno.check(-error, "sigwait", -1);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }

    /**
     * Waits for the signal, but not for ever: sigtimedwait(2).
     *
     * @param nanos for how long at the most, in nanoseconds
     * @return true if it came; false if it did not come in time, or if another signal interrupted the wait
     */
    public boolean await(long nanos) {
        int taken = sigtimedwait(nanos);
        if (taken == -Errno.EAGAIN || taken == -Errno.EINTR) {
            return false;
        }
        return Errno.check(taken, "sigtimedwait", -1) > 0;
    }

    /**
     * Takes what is pending for the calling thread, or for the process, without waiting.
     *
     * @return true if none is left; false if the kernel, or a sandbox, refuses
     */
    public boolean discardPending() {
        int taken;
        do {
            taken = sigtimedwait(0);
        } while (taken > 0 || taken == -Errno.EINTR);
        return taken == -Errno.EAGAIN;
    }

    private int sigtimedwait(long nanos) {
        timespec.tv_sec(timeout, nanos / SECOND);
        timespec.tv_nsec(timeout, nanos % SECOND);
        try {
            return CallState.result(
                    (int) SIGTIMEDWAIT.handle().invokeExact(state, set, MemorySegment.NULL, timeout), state);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }
}
