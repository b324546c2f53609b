package dev.aiocontext.source;

import dev.aiocontext.internal.posix.PidFd;
import java.util.OptionalInt;

/**
 * How a process has ended, as far as it is known.
 *
 * <p><b>One of two.</b> If the JDK alone has seen the end, {@link Process#exitValue} is all that is known. It is 128 + the signal for a
 * process that a signal ended, and just so for one that has exited with this number, as shells do. For 129 to 192, {@link #code} and
 * {@link #signal} are both there then, and one of them is true.
 *
 * @param pid its number, which may belong to another process by now
 * @param code its exit code; empty if a signal is known to have ended it, or if nobody can tell
 * @param signal the number of the signal that ended it; empty if it is known to have exited, or if nobody can tell
 */
public record ExitStatus(long pid, OptionalInt code, OptionalInt signal) {
    /** What the JDK adds to the number of a signal. */
    private static final int SIGNALLED = 128;

    private static final int LAST_SIGNAL = 64;

    /** Reads a status of wait(2). */
    static ExitStatus of(long pid, int waitStatus) {
        int signal = PidFd.signal(waitStatus);
        return signal != 0
                ? new ExitStatus(pid, OptionalInt.empty(), OptionalInt.of(signal))
                : new ExitStatus(pid, OptionalInt.of(PidFd.code(waitStatus)), OptionalInt.empty());
    }

    /** Reads what {@link Process#exitValue} tells. */
    static ExitStatus ofExitValue(long pid, int value) {
        int signal = value - SIGNALLED;
        return new ExitStatus(
                pid,
                OptionalInt.of(value),
                signal > 0 && signal <= LAST_SIGNAL ? OptionalInt.of(signal) : OptionalInt.empty());
    }

    /** Makes a status of which only the end is known. */
    static ExitStatus unknown(long pid) {
        return new ExitStatus(pid, OptionalInt.empty(), OptionalInt.empty());
    }

    /** {@return for instance {@code process 4711 exited with 1}} */
    @Override
    public String toString() {
        String exited = code.isPresent() ? " exited with " + code.getAsInt() : "";
        String killed = signal.isPresent() ? " was ended by signal " + signal.getAsInt() : "";
        String either = exited.isEmpty() || killed.isEmpty() ? "" : ", or";
        return "process " + pid + (exited.isEmpty() && killed.isEmpty() ? " has ended" : exited + either + killed);
    }
}
