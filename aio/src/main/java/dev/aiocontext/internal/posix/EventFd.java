package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An eventfd(2), or a pipe where the kernel has no eventfd: a descriptor that is readable while it is set.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time. A {@link #close} that comes while others set or clear
 * waits until they have finished, which is a system call that does not block. So none of them ever writes to a number that
 * the kernel has given to somebody else.
 *
 * <p><b>Errors.</b> A thread that gets a StackOverflowError or an OutOfMemoryError in a call may or may not have set or cleared
 * the descriptor. It holds up nobody, and leaves nothing open.
 */
public final class EventFd implements AutoCloseable {
    private static final long VALUE_BYTES = Long.BYTES;
    private static final long DRAIN_BYTES = 512;

    private static final MemorySegment ONE =
            Arena.global().allocate(JAVA_LONG).copyFrom(MemorySegment.ofArray(new long[] {1})); // links nothing

    /** The place that all threads drain into. No thread looks at what it drained. */
    private static final MemorySegment DRAINED = Arena.global().allocate(DRAIN_BYTES);

    private final String name;
    private final int readFd;
    private final int writeFd;
    private final Uses uses = new Uses();

    private EventFd(String name, int readFd, int writeFd) {
        this.name = name;
        this.readFd = readFd;
        this.writeFd = writeFd;
    }

    /**
     * Opens a descriptor that is not set. It is not blocking, and not inherited.
     *
     * @param name what messages call it
     * @return the descriptor
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public static EventFd open(String name) {
        int fd = Libc.eventfd(0, linux_h.EFD_NONBLOCK() | linux_h.EFD_CLOEXEC());
        if (Errno.isMissing(fd)) {
            return openPipe(name);
        }
        Errno.check(fd, "eventfd", -1);
        return new EventFd(name, fd, fd);
    }

    /**
     * Opens a pipe, as {@link #open} does where the kernel has no eventfd.
     *
     * @param name what messages call it
     * @return the descriptor
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public static EventFd openPipe(String name) {
        Descriptors.Pipe pipe = Descriptors.pipe();
        return new EventFd(name, pipe.readEnd(), pipe.writeEnd());
    }

    /** {@return the descriptor to wait for} */
    public int fd() {
        return readFd;
    }

    /** {@return the descriptor that is written to, which is the same for an eventfd} */
    public int writeFd() {
        return writeFd;
    }

    /**
     * Sets it, unless it is closed. A counter or pipe that is full (EAGAIN) is set already.
     *
     * @return false if it is closed
     */
    public boolean trySet() {
        Uses.Use use = uses.enter();
        if (use == null) {
            return false;
        }
        try {
            long written;
            do {
                written = Libc.write(writeFd, ONE, VALUE_BYTES);
            } while (written == -Errno.EINTR);
            if (written < 0 && written != -Errno.EAGAIN) {
                throw failure((int) written, "write", writeFd);
            }
        } finally {
            use.busy = false;
        }
        return true;
    }

    /**
     * Clears it.
     *
     * @return true if it was set
     * @throws IllegalStateException if it is closed
     */
    public boolean testAndClear() {
        Uses.Use use = uses.enter();
        if (use == null) {
            throw closedException();
        }
        try {
            boolean set = false;
            long read;
            do {
                read = Libc.read(readFd, DRAINED, DRAIN_BYTES);
                set |= read > 0;
            } while (read == -Errno.EINTR || read == DRAIN_BYTES);
            if (read < 0 && read != -Errno.EAGAIN) {
                throw failure((int) read, "read", readFd);
            }
            return set;
        } finally {
            use.busy = false;
        }
    }

    private SyscallException failure(int result, String call, int fd) {
        return result == -Errno.EBADF ? Descriptors.closedByOthers(call, fd, name) : Errno.exception(call, -result, fd);
    }

    /** {@return whether it is closed} */
    public boolean isClosed() {
        return uses.isClosed();
    }

    /** {@return the exception that says that it is closed, and which it was} */
    public IllegalStateException closedException() {
        return new IllegalStateException(name + ", which was fd " + readFd + ", is closed");
    }

    /** Closes the descriptors, once the threads that are setting or clearing have finished. Calling it again changes nothing. */
    @Override
    public void close() {
        if (!uses.close()) {
            return;
        }
        if (writeFd == readFd) {
            Descriptors.close(readFd, name);
        } else {
            Descriptors.close(new Descriptors.Pipe(readFd, writeFd), name);
        }
    }
}
