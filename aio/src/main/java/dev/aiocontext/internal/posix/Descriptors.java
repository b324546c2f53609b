package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Opens, checks and closes descriptors. Any thread. The class has no static fields: if a call at the end
 * of a stack initialized it first, a StackOverflowError there would make it unusable for good.
 */
public final class Descriptors {

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
            Errno.check(Libc.pipe2(fds, linux_h.O_NONBLOCK() | linux_h.O_CLOEXEC()), "pipe2", -1);
            return new Pipe(fds.getAtIndex(JAVA_INT, 0), fds.getAtIndex(JAVA_INT, 1));
        }
    }

    /**
     * Closes both ends of a pipe.
     *
     * @param pipe the pipe
     * @throws SyscallException if one was not open
     */
    public static void close(Pipe pipe) {
        close(pipe, "an end of a pipe");
    }

    /**
     * Closes both ends of a pipe of ours.
     *
     * @param pipe the pipe
     * @param whose what it is and what it is for, as messages tell it
     * @throws SyscallException if one was not open, which is a bug of code that closed it for us
     */
    public static void close(Pipe pipe, String whose) {
        try {
            close(pipe.readEnd(), whose);
        } finally {
            close(pipe.writeEnd(), whose);
        }
    }

    /**
     * Fails unless the number is an open descriptor that can be waited for.
     *
     * @param fd the descriptor
     * @throws IllegalArgumentException if it is negative, or opened with O_PATH
     * @throws SyscallException EBADF if it is not open
     */
    public static void requirePollable(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("not a descriptor: " + fd);
        }
        int flags = Libc.fcntl(fd, linux_h.F_GETFL(), 0);
        if (flags == -Errno.EBADF) {
            throw notOpen("fcntl", fd);
        }
        Errno.check(flags, "fcntl", fd);
        if ((flags & linux_h.O_PATH()) != 0) {
            throw new IllegalArgumentException(
                    "fd " + fd + " was opened with O_PATH: it names a file, and can never be ready");
        }
    }

    /**
     * Makes the exception for a descriptor that is not open, and that somebody waits for.
     *
     * @param call the call that has said so, or would have
     * @param fd the descriptor
     * @return the exception, to throw
     */
    public static SyscallException notOpen(String call, int fd) {
        return Errno.exception(
                call,
                Errno.EBADF,
                fd,
                "there is no open descriptor of this number to wait for. Close a descriptor after its source, and after all waits for it");
    }

    /**
     * Makes the exception for a descriptor of ours that is not open, although we have not closed it.
     *
     * @param call the call that has said so
     * @param fd the descriptor
     * @param whose what it is
     * @return the exception, to throw
     */
    public static SyscallException closedByOthers(String call, int fd, String whose) {
        return Errno.exception(
                call,
                Errno.EBADF,
                fd,
                "it is " + whose + ", and other code has closed it. Some code closes a number that is not its own");
    }

    /**
     * Passes a good result of a call about a descriptor of ours on, and throws for a failed one.
     *
     * @param result what a method of {@link Libc} returned: negative is an errno
     * @param call the name of the call
     * @param fd the descriptor
     * @param whose what it is and what it is for, as messages tell it
     * @return the result
     * @throws SyscallException if the result is negative
     */
    public static int checkOwn(int result, String call, int fd, String whose) {
        if (result == -Errno.EBADF) {
            throw closedByOthers(call, fd, whose);
        }
        return Errno.check(result, call, fd);
    }

    /**
     * Says whether a number is an open descriptor that can be waited for.
     *
     * @param fd the number
     * @return true if it is open, and was not opened with O_PATH
     */
    public static boolean isPollable(int fd) {
        int flags = Libc.fcntl(fd, linux_h.F_GETFL(), 0);
        return flags >= 0 && (flags & linux_h.O_PATH()) == 0;
    }

    /**
     * Looks whether a descriptor is ready, without waiting.
     *
     * @param fd the descriptor
     * @param events POLL*
     * @return those that have occurred, POLLERR and POLLHUP also if they are not among them; 0 for none
     * @throws IllegalArgumentException if it is negative, or opened with O_PATH
     * @throws SyscallException EBADF if it is not open
     */
    public static int ready(int fd, int events) {
        int occurred = fd < 0 ? linux_h.POLLNVAL() : Libc.pollNow(fd, events);
        if (occurred >= 0 && (occurred & linux_h.POLLNVAL()) == 0) {
            return occurred;
        }
        if (occurred == -Errno.EINTR) {
            return 0; // nothing has occurred, and a signal has
        }
        Errno.check(occurred, "ppoll", fd);
        requirePollable(fd);
        return 0; // just opened by another thread
    }

    /**
     * Keeps a descriptor from being inherited by the next program. One that another thread has closed is not inherited anyway.
     *
     * @param fd the descriptor
     */
    public static void closeOnExec(int fd) {
        int result = Libc.fcntl(fd, linux_h.F_SETFD(), linux_h.FD_CLOEXEC());
        if (result != -Errno.EBADF) {
            Errno.check(result, "fcntl", fd);
        }
    }

    /**
     * Closes a descriptor of ours.
     *
     * @param fd the descriptor
     * @throws SyscallException if it was not open, which is a bug of code that closed it for us
     */
    public static void close(int fd) {
        int result = Libc.close(fd);
        if (result != -Errno.EINTR) {
            Errno.check(result, "close", fd);
        }
    }

    /**
     * Closes a descriptor of ours.
     *
     * @param fd the descriptor
     * @param whose what it is and what it is for, as messages tell it
     * @throws SyscallException if it was not open, which is a bug of code that closed it for us
     */
    public static void close(int fd, String whose) {
        int result = Libc.close(fd);
        if (result != -Errno.EINTR) {
            checkOwn(result, "close", fd, whose);
        }
    }
}
