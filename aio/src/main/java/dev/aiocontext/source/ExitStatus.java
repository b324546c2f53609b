package dev.aiocontext.source;

import dev.aiocontext.internal.posix.PidFd;
import java.util.OptionalInt;

/**
 * How a process has ended, as far as it is known.
 *
 * @param pid its number, which may belong to another process by now
 * @param code its exit code; empty if a signal ended it, or if nobody can tell
 * @param signal the number of the signal that ended it; empty if it has exited, or if nobody can tell
 */
public record ExitStatus(long pid, OptionalInt code, OptionalInt signal) {
    /** Reads a status of wait(2). */
    static ExitStatus of(long pid, int waitStatus) {
        int signal = PidFd.signal(waitStatus);
        return signal != 0
                ? new ExitStatus(pid, OptionalInt.empty(), OptionalInt.of(signal))
                : new ExitStatus(pid, OptionalInt.of(PidFd.code(waitStatus)), OptionalInt.empty());
    }

    /** Makes a status of which only the end is known. */
    static ExitStatus unknown(long pid) {
        return new ExitStatus(pid, OptionalInt.empty(), OptionalInt.empty());
    }

    /** {@return for instance {@code process 4711 exited with 1}} */
    @Override
    public String toString() {
        return "process " + pid
                + (code.isPresent()
                        ? " exited with " + code.getAsInt()
                        : signal.isPresent() ? " was ended by signal " + signal.getAsInt() : " has ended");
    }
}
