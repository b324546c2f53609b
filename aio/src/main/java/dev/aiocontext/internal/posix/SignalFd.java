package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.signalfd_siginfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/**
 * A signalfd(2) of one signal: a descriptor that is readable while the signal is pending for the process, or for the thread that
 * waits for the descriptor. The signal must be blocked in every thread, because the kernel gives it to one that does not block it.
 *
 * <p>To close it leaves pending what is pending.
 *
 * <p><b>Threads.</b> {@link #read} and {@link #close}: one at a time. The number may be read by any thread.
 */
public final class SignalFd extends OwnFd {
    /** From {@link #read}: the signal is not pending. */
    public static final int NONE = -1;

    private static final NativeFunction SIGNALFD =
            NativeFunction.inRegisters("signalfd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    /** The function that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(SIGNALFD);

    private final MemorySegment record;

    /**
     * Opens it. It is not blocking, and not inherited.
     *
     * @param signal the signal
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public SignalFd(int signal) {
        super("signalfd", "that receives a signal");
        try (Arena arena = Arena.ofConfined()) {
            StackRoom.requireToOpen();
            record = signalfd_siginfo.allocate(memory);
            MemorySegment set = Signals.setOf(signal, arena);
            int flags = linux_h.SFD_NONBLOCK() | linux_h.SFD_CLOEXEC();
            opened(Errno.check(signalfd(set, flags), "signalfd", -1));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static int signalfd(MemorySegment set, int flags) {
        try {
            return SIGNALFD.callInt(-1, set.address(), flags, 0);
        } finally {
            Reference.reachabilityFence(set);
        }
    }

    /**
     * Says whether signalfd(2) is to be had here, by opening one.
     *
     * @param signal the signal
     * @return false if the kernel does not know it, or a sandbox refuses it
     */
    public static boolean isSupported(int signal) {
        try {
            new SignalFd(signal).close();
            return true;
        } catch (SyscallException e) {
            if (Errno.isMissing(-e.errno())) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Takes one pending signal.
     *
     * @return the process that has sent it; 0 if the kernel has; {@link #NONE} if none is pending
     */
    public int read() {
        int fd = requireOpen();
        int read = (int) Libc.read(fd, record, record.byteSize());
        if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
            return NONE;
        }
        check(read, "read");
        return signalfd_siginfo.ssi_pid(record);
    }
}
