package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** The errnos that the code asks for, and the names and texts of all that its system calls document. */
public final class Errno {
    /** A signal interrupted the call: call again. */
    public static final int EINTR = linux_h.EINTR();
    /** The call would block. */
    public static final int EAGAIN = linux_h.EAGAIN();
    /** The number is no open descriptor. */
    public static final int EBADF = linux_h.EBADF();
    /** The file or the entry is not there. */
    public static final int ENOENT = linux_h.ENOENT();
    /** The operation is not permitted. From epoll_ctl(2): this kind of file cannot be waited for. */
    public static final int EPERM = linux_h.EPERM();
    /** Permission denied. */
    public static final int EACCES = linux_h.EACCES();
    /** The file or the entry is there already. */
    public static final int EEXIST = linux_h.EEXIST();
    /** The operation was cancelled. From a timerfd(2): its clock was set. */
    public static final int ECANCELED = linux_h.ECANCELED();
    /** The kernel has no such call. */
    public static final int ENOSYS = linux_h.ENOSYS();

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(EINTR, "EINTR"),
            Map.entry(EAGAIN, "EAGAIN"),
            Map.entry(EBADF, "EBADF"),
            Map.entry(ENOENT, "ENOENT"),
            Map.entry(EPERM, "EPERM"),
            Map.entry(EEXIST, "EEXIST"),
            Map.entry(ENOSYS, "ENOSYS"),
            Map.entry(linux_h.E2BIG(), "E2BIG"),
            Map.entry(EACCES, "EACCES"),
            Map.entry(linux_h.EBUSY(), "EBUSY"),
            Map.entry(ECANCELED, "ECANCELED"),
            Map.entry(linux_h.EFAULT(), "EFAULT"),
            Map.entry(linux_h.EFBIG(), "EFBIG"),
            Map.entry(linux_h.EINVAL(), "EINVAL"),
            Map.entry(linux_h.ECHILD(), "ECHILD"),
            Map.entry(linux_h.ENAMETOOLONG(), "ENAMETOOLONG"),
            Map.entry(linux_h.ENOTTY(), "ENOTTY"),
            Map.entry(linux_h.EIO(), "EIO"),
            Map.entry(linux_h.EISDIR(), "EISDIR"),
            Map.entry(linux_h.ELOOP(), "ELOOP"),
            Map.entry(linux_h.EMFILE(), "EMFILE"),
            Map.entry(linux_h.ENFILE(), "ENFILE"),
            Map.entry(linux_h.ENODEV(), "ENODEV"),
            Map.entry(linux_h.ENOEXEC(), "ENOEXEC"),
            Map.entry(linux_h.ENOMEM(), "ENOMEM"),
            Map.entry(linux_h.ENOSPC(), "ENOSPC"),
            Map.entry(linux_h.ENOTDIR(), "ENOTDIR"),
            Map.entry(linux_h.ENXIO(), "ENXIO"),
            Map.entry(linux_h.EOPNOTSUPP(), "EOPNOTSUPP"),
            Map.entry(linux_h.EPIPE(), "EPIPE"),
            Map.entry(linux_h.EROFS(), "EROFS"),
            Map.entry(linux_h.ESRCH(), "ESRCH"),
            Map.entry(linux_h.ETIMEDOUT(), "ETIMEDOUT"),
            Map.entry(linux_h.ETXTBSY(), "ETXTBSY"));

    /** The highest errno that Linux has. */
    private static final int LAST = linux_h.EHWPOISON();

    /**
     * strerror(3), which every C library declares alike. strerror_r(3) returns a pointer in glibc and an int in musl; to take
     * the int for a pointer ends the JVM.
     */
    private static final NativeFunction STRERROR = NativeFunction.plain("strerror", ADDRESS, JAVA_INT);

    private Errno() {}

    /**
     * Tells the name of an errno.
     *
     * @param errno the positive errno
     * @return its name, or {@code errno 123} for one that none of our calls documents
     */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }

    /**
     * Tells the text of an errno, by strerror(3). Any thread: the text of an errno that the C library knows is never written to.
     * Only the text of an unknown one is, in glibc before 2.32, so the library is not asked for those.
     *
     * @param errno the positive errno
     * @return the text, in the language of the C library's locale
     */
    @SuppressWarnings("restricted")
    public static String text(int errno) {
        if (errno < 0 || errno > LAST) {
            return "Unknown error " + errno;
        }
        try {
            MemorySegment text = (MemorySegment) STRERROR.handle().invokeExact(errno);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }

    /**
     * Says whether a call is not to be had here: the kernel does not know it (ENOSYS), or a sandbox refuses it. An old
     * seccomp profile refuses what it does not know with EPERM; one that an administrator wrote may say EACCES. Only for calls
     * that have neither errno of their own.
     *
     * @param result what a method of {@link Libc} returned
     * @return true if the call is to be done without from now on
     */
    public static boolean isMissing(int result) {
        return result == -ENOSYS || result == -EPERM || result == -EACCES;
    }

    /**
     * Makes the exception for a failed call.
     *
     * @param call the name of the call
     * @param errno the positive errno
     * @param fd the descriptor it was about, or -1
     * @return the exception, to throw
     */
    public static SyscallException exception(String call, int errno, int fd) {
        return new SyscallException(call, errno, name(errno), text(errno), fd);
    }

    /**
     * Makes the exception for a failed call, and says what helps.
     *
     * @param call the name of the call
     * @param errno the positive errno
     * @param fd the descriptor it was about
     * @param advice what is behind it, or what helps
     * @return the exception, to throw
     */
    public static SyscallException exception(String call, int errno, int fd, String advice) {
        return new SyscallException(call, errno, name(errno), text(errno), fd, advice);
    }

    /**
     * Makes the exception for a failed call about something that has no descriptor.
     *
     * @param call the name of the call
     * @param about what it was about, such as a path; empty for nothing
     * @param errno the positive errno
     * @param advice what is behind it, or what helps; empty for nothing
     * @return the exception, to throw
     */
    public static SyscallException exception(String call, String about, int errno, String advice) {
        return new SyscallException(call, about, errno, name(errno), text(errno), advice);
    }

    /**
     * Passes a good result on, and throws for a failed one.
     *
     * @param result what a method of {@link Libc} returned: negative is an errno
     * @param call the name of the call
     * @param fd the descriptor it was about, or -1
     * @return the result
     * @throws SyscallException if the result is negative
     */
    public static int check(int result, String call, int fd) {
        if (result < 0) {
            throw exception(call, -result, fd);
        }
        return result;
    }
}
