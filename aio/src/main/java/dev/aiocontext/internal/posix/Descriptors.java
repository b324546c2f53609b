package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Opening, checking and closing descriptors. Any thread. */
public final class Descriptors {
    private static final int O_NONBLOCK = linux_h.O_NONBLOCK();
    static final int O_CLOEXEC = linux_h.O_CLOEXEC();

    private Descriptors() {}

    /**
     * The two ends of a pipe.
     *
     * @param readEnd the descriptor to read from
     * @param writeEnd the descriptor to write to
     */
    public record Pipe(int readEnd, int writeEnd) {}

    /**
     * Opens a pipe whose ends do not block and are not inherited.
     *
     * @return the pipe
     */
    public static Pipe pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(JAVA_INT, 2);
            Errno.check(Libc.pipe2(fds, O_NONBLOCK | O_CLOEXEC), "pipe2", -1);
            return new Pipe(fds.getAtIndex(JAVA_INT, 0), fds.getAtIndex(JAVA_INT, 1));
        }
    }

    /**
     * Closes both ends of a pipe of ours.
     *
     * @param pipe the pipe
     * @throws dev.aiocontext.SyscallException if one was not open, which is a bug of somebody who closed it for us
     */
    public static void close(Pipe pipe) {
        try {
            close(pipe.readEnd());
        } finally {
            close(pipe.writeEnd());
        }
    }

    /**
     * Fails unless the number is an open descriptor.
     *
     * @param fd the descriptor
     * @throws IllegalArgumentException if it is negative
     * @throws dev.aiocontext.SyscallException EBADF if it is not open
     */
    public static void requireOpen(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("not a descriptor: " + fd);
        }
        Errno.check(Libc.fcntl(fd, linux_h.F_GETFD(), 0), "fcntl", fd);
    }

    /**
     * Says whether a number is an open descriptor.
     *
     * @param fd the number
     * @return true if it is
     */
    public static boolean isOpen(int fd) {
        return Libc.fcntl(fd, linux_h.F_GETFD(), 0) >= 0;
    }

    /**
     * Keeps a descriptor from being inherited by the next program.
     *
     * @param fd the descriptor
     */
    public static void closeOnExec(int fd) {
        Errno.check(Libc.fcntl(fd, linux_h.F_SETFD(), linux_h.FD_CLOEXEC()), "fcntl", fd);
    }

    /**
     * Closes a descriptor of ours.
     *
     * @param fd the descriptor
     * @throws dev.aiocontext.SyscallException if it was not open, which is a bug of somebody who closed it for us
     */
    public static void close(int fd) {
        int result = Libc.close(fd);
        if (result != -Errno.EINTR) {
            Errno.check(result, "close", fd);
        }
    }
}
