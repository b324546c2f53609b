package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.siginfo_t;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;

/**
 * A pidfd(2): a descriptor of a process, readable once that has ended. It stands for that process for ever, whoever gets its number.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class PidFd extends OwnFd {
    /** From linux/pidfd.h of Linux 6.15, newer than the headers of the bindings: _IOWR(0xFF, 11, struct pidfd_info). */
    private static final int PIDFD_GET_INFO = 0xc040_ff0b;

    private static final long PIDFD_INFO_EXIT = 1 << 3;

    /** The first version of struct pidfd_info (64 bytes) begins with the mask, and ends with the exit code. */
    private static final long INFO_EXIT_CODE = 60;

    private static final int SIGNAL_BITS = 0x7f;

    private static final NativeFunction WAITID =
            NativeFunction.inRegisters("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final NativeFunction IOCTL = NativeFunction.inRegisters("ioctl", JAVA_INT, JAVA_INT, JAVA_LONG);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(WAITID);

    private final MemorySegment buffer;

    private PidFd(int pid) {
        super("pidfd", "that tells of the end of a process");
        try {
            StackRoom.requireToOpen();
            buffer = memory.allocate(siginfo_t.sizeof(), Long.BYTES);
            int result = (int) Libc.syscall(linux_h.__NR_pidfd_open(), pid, 0, 0);
            if (result < 0) {
                throw Errno.exception("pidfd_open", "process " + pid, -result, advice(result));
            }
            opened(result);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static String advice(int result) {
        if (Errno.isMissing(result)) {
            return "the kernel is older than Linux 5.3, or a sandbox refuses the call";
        }
        if (result == -linux_h.ESRCH()) {
            return "it has ended and was reaped, if there ever was one. A Process or a ProcessHandle in place of the number is told"
                    + " of also then";
        }
        // A thread: EINVAL, from Linux 6.9 on ENOENT
        return result == -linux_h.EINVAL() || result == -Errno.ENOENT ? "it is a thread of a process" : "";
    }

    /**
     * Opens the process that has a number now. The descriptor is not inherited.
     *
     * @param pid the number
     * @return the descriptor
     * @throws SyscallException ESRCH if there is no such process
     */
    public static PidFd open(int pid) {
        return new PidFd(pid);
    }

    /**
     * Asks whether the process is a child of this one, and nobody has reaped it.
     *
     * @return whether it is
     * @throws SyscallException EINVAL before Linux 5.4, whose waitid(2) knows no pidfds; EPERM if a sandbox refuses
     */
    public boolean isChild() {
        int result = waitFor(linux_h.WNOWAIT());
        if (result == -linux_h.ECHILD()) {
            return false;
        }
        check(result, "waitid");
        return true;
    }

    /**
     * Asks how a process has ended that is a child of this one and was not reaped.
     *
     * @param reap whether to reap it, so that its number becomes free
     * @return its wait status as wait(2) tells it: empty if it is no child, was reaped, or has not ended, and if the kernel does not let
     *     this be asked, as {@link #isChild} says
     */
    public OptionalInt waitStatus(boolean reap) {
        int result = waitFor(reap ? 0 : linux_h.WNOWAIT());
        MemorySegment child = siginfo_t._sifields._sigchld(siginfo_t._sifields(buffer));
        if (result < 0 || siginfo_t._sifields._sigchld.si_pid(child) == 0) {
            return OptionalInt.empty();
        }
        int status = siginfo_t._sifields._sigchld.si_status(child);
        return OptionalInt.of(siginfo_t.si_code(buffer) == linux_h.CLD_EXITED() ? status << Byte.SIZE : status);
    }

    private int waitFor(int options) {
        int fd = requireOpen();
        buffer.fill((byte) 0);
        int result;
        do {
            result = WAITID.callInt(
                    linux_h.P_PIDFD(), fd, buffer.address(), linux_h.WEXITED() | linux_h.WNOHANG() | options);
        } while (result == -Errno.EINTR);
        return result;
    }

    /**
     * Asks how a process has ended that somebody has reaped, its parent or init. Linux 6.15 and later know it.
     *
     * @return its wait status as wait(2) tells it: empty if the kernel does not know, or nobody has reaped it
     */
    public OptionalInt reapedStatus() {
        int fd = requireOpen();
        buffer.fill((byte) 0);
        buffer.set(JAVA_LONG, 0, PIDFD_INFO_EXIT);
        int result = IOCTL.callInt(fd, Integer.toUnsignedLong(PIDFD_GET_INFO), buffer.address(), 0);
        return result == 0 && (buffer.get(JAVA_LONG, 0) & PIDFD_INFO_EXIT) != 0
                ? OptionalInt.of(buffer.get(JAVA_INT, INFO_EXIT_CODE))
                : OptionalInt.empty();
    }

    /**
     * Takes the signal that ended a process out of its wait status.
     *
     * @param status the status
     * @return the signal; 0 if the process has exited
     */
    public static int signal(int status) {
        return status & SIGNAL_BITS;
    }

    /**
     * Takes the exit code out of a wait status.
     *
     * @param status the status of a process that has exited
     * @return the code
     */
    public static int code(int status) {
        return status >>> Byte.SIZE & 0xff;
    }
}
