package dev.aiocontext;

import java.io.Serial;

/**
 * Says that a system call failed. The message names the call, the descriptor if there is one, and the errno by name and text, such
 * as {@code epoll_ctl(fd 17) failed: ENOSPC (No space left on device)}.
 *
 * <p>It is unchecked, because no loop can do anything about most failures where they happen. A caller that can do something catches
 * it and asks for {@link #errno()}.
 */
public final class SyscallException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;
    private final String errnoName;
    private final int fd;

    /**
     * Describes a failed call.
     *
     * @param call the name of the system call, as in its man page
     * @param errno the positive errno it left
     * @param errnoName the name of that errno, such as {@code EAGAIN}
     * @param errnoText what strerror(3) says of it
     * @param fd the descriptor it was about, or -1 for none
     */
    public SyscallException(String call, int errno, String errnoName, String errnoText, int fd) {
        super(call + (fd >= 0 ? "(fd " + fd + ")" : "") + " failed: " + errnoName + " (" + errnoText + ")");
        this.call = call;
        this.errno = errno;
        this.errnoName = errnoName;
        this.fd = fd;
    }

    /**
     * Describes a failed call about a descriptor, and says what helps.
     *
     * @param call the name of the system call, as in its man page
     * @param errno the positive errno it left
     * @param errnoName the name of that errno, such as {@code EBADF}
     * @param errnoText what strerror(3) says of it
     * @param fd the descriptor it was about
     * @param advice what is behind it, or what helps
     */
    public SyscallException(String call, int errno, String errnoName, String errnoText, int fd, String advice) {
        super(call + "(fd " + fd + ") failed: " + errnoName + " (" + errnoText + "): " + advice);
        this.call = call;
        this.errno = errno;
        this.errnoName = errnoName;
        this.fd = fd;
    }

    /**
     * Describes a failed call about something that has no descriptor.
     *
     * @param call the name of the system call, as in its man page
     * @param about what it was about, such as a path; empty for nothing
     * @param errno the positive errno it left
     * @param errnoName the name of that errno, such as {@code ENOENT}
     * @param errnoText what strerror(3) says of it
     * @param advice what is behind it, or what helps; empty for nothing
     */
    public SyscallException(String call, String about, int errno, String errnoName, String errnoText, String advice) {
        super(call + (about.isEmpty() ? "" : "(" + about + ")") + " failed: " + errnoName + " (" + errnoText + ")"
                + (advice.isEmpty() ? "" : ": " + advice));
        this.call = call;
        this.errno = errno;
        this.errnoName = errnoName;
        this.fd = -1;
    }

    /**
     * {@return the name of the system call, as in its man page}
     */
    public String call() {
        return call;
    }

    /**
     * {@return the errno, a positive number as in errno(3)}
     */
    public int errno() {
        return errno;
    }

    /**
     * {@return the name of the errno, such as {@code EBADF}}
     */
    public String errnoName() {
        return errnoName;
    }

    /**
     * {@return the descriptor that the call was about, or -1 if it was about none}
     */
    public int fd() {
        return fd;
    }
}
