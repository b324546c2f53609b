package dev.aiocontext;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Uses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A descriptor that any thread can set, and that is readable while it is set: an eventfd(2), or a pipe where the kernel has
 * no eventfd, or a sandbox refuses it. QEMU's {@code EventNotifier}.
 *
 * <p>Sets coalesce: after any number of them, one {@link #testAndClear} returns true.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time. A {@link #close} that comes while others set or clear
 * waits until they have finished, which is a system call that does not block. So none of them ever writes to a number that
 * the kernel has given to somebody else.
 *
 * <p><b>Errors.</b> A thread that gets a StackOverflowError or an OutOfMemoryError in a call may or may not have set or cleared
 * the notifier. It holds up nobody, and leaves nothing open.
 */
public final class EventNotifier implements AutoCloseable {
    private static final long VALUE_BYTES = Long.BYTES;
    private static final long DRAIN_BYTES = 512;

    private static final MemorySegment ONE =
            Arena.global().allocate(JAVA_LONG).copyFrom(MemorySegment.ofArray(new long[] {1})); // links nothing

    /** Nobody looks at what is drained, so all may drain into one place. */
    private static final MemorySegment DRAINED = Arena.global().allocate(DRAIN_BYTES);

    private final int readFd;
    private final int writeFd;
    private final Uses uses = new Uses();

    private EventNotifier(int readFd, int writeFd) {
        this.readFd = readFd;
        this.writeFd = writeFd;
    }

    /**
     * Opens a notifier that is not set.
     *
     * @return the notifier
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public static EventNotifier open() {
        int fd = Libc.eventfd(0, linux_h.EFD_NONBLOCK() | linux_h.EFD_CLOEXEC());
        if (Errno.isMissing(fd)) {
            return openPipe();
        }
        Errno.check(fd, "eventfd", -1);
        return new EventNotifier(fd, fd);
    }

    static EventNotifier openPipe() {
        Descriptors.Pipe pipe = Descriptors.pipe();
        return new EventNotifier(pipe.readEnd(), pipe.writeEnd());
    }

    /**
     * The descriptor to wait for.
     *
     * @return a descriptor that is readable while the notifier is set; it belongs to the notifier
     */
    public int fd() {
        return readFd;
    }

    /** The descriptor that setting writes to: the same, or the writing end of the pipe. */
    int writeFd() {
        return writeFd;
    }

    /**
     * Sets the notifier. A counter or pipe that is full (EAGAIN) is set already.
     *
     * @throws IllegalStateException if it is closed
     */
    public void set() {
        if (!trySet()) {
            throw closed();
        }
    }

    /** Sets the notifier unless it is closed; says whether it did. */
    boolean trySet() {
        Uses.Use use = uses.enter();
        if (use == null) {
            return false;
        }
        try {
            long written;
            do {
                written = Libc.write(writeFd, ONE, VALUE_BYTES);
            } while (written == -Errno.EINTR);
            if (written != -Errno.EAGAIN) {
                Errno.check((int) written, "write", writeFd);
            }
        } finally {
            use.busy = false;
        }
        return true;
    }

    /**
     * Clears the notifier.
     *
     * @return true if it was set
     * @throws IllegalStateException if it is closed
     */
    public boolean testAndClear() {
        Uses.Use use = uses.enter();
        if (use == null) {
            throw closed();
        }
        try {
            boolean set = false;
            long read;
            do {
                read = Libc.read(readFd, DRAINED, DRAIN_BYTES);
                set |= read > 0;
            } while (read == -Errno.EINTR || read == DRAIN_BYTES);
            if (read != -Errno.EAGAIN) {
                Errno.check((int) read, "read", readFd);
            }
            return set;
        } finally {
            use.busy = false;
        }
    }

    /** Closes the descriptors, once the threads that are setting or clearing have finished. Calling it again changes nothing. */
    @Override
    public void close() {
        if (!uses.close()) {
            return;
        }
        if (writeFd == readFd) {
            Descriptors.close(readFd);
        } else {
            Descriptors.close(new Descriptors.Pipe(readFd, writeFd));
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("this EventNotifier is closed");
    }
}
