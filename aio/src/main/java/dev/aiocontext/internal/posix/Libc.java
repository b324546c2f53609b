package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.bindings.linux.aarch64.aarch64_h;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.x86_64.x86_64_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of the loop. A method returns what the call returns, or, if it failed, the <em>negated errno</em>, as
 * the kernel itself does: there is no separate errno to read too late, or after a call that succeeded.
 *
 * <p>jextract emits no capture of errno, so the handles are made here, from its addresses and descriptors. What glibc
 * 2.28 lacks (gettid, tgkill, epoll_pwait2) goes through syscall(2) always: one path on every C library.
 *
 * <p>The handles are not final, on purpose. Each call makes a slice of the errno segment, which C2 removes only if it
 * inlines the handle to the bottom; as a constant, the handle is inlined into its caller, and deep in a user's stack that
 * ends at MaxInlineLevel: 40 bytes a call, seen by JMH's gc profiler. A handle that is no constant is called in its own
 * compiled form, which starts afresh. On a call that enters the kernel, the difference in time is not measurable.
 *
 * <p><b>Threads.</b> Any thread may call anything; a call has an errno segment of its own, see {@link CallState}. The
 * handles are never changed.
 */
public final class Libc {
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private static MethodHandle EVENTFD = handle(linux_h.eventfd$address(), linux_h.eventfd$descriptor());
    private static MethodHandle PIPE2 = handle(linux_h.pipe2$address(), linux_h.pipe2$descriptor());
    private static MethodHandle READ = handle(linux_h.read$address(), linux_h.read$descriptor());
    private static MethodHandle WRITE = handle(linux_h.write$address(), linux_h.write$descriptor());
    private static MethodHandle CLOSE = handle(linux_h.close$address(), linux_h.close$descriptor());
    private static MethodHandle PPOLL = handle(linux_h.ppoll$address(), linux_h.ppoll$descriptor());
    private static MethodHandle EPOLL_CREATE1 =
            handle(linux_h.epoll_create1$address(), linux_h.epoll_create1$descriptor());
    private static MethodHandle EPOLL_CTL = handle(linux_h.epoll_ctl$address(), linux_h.epoll_ctl$descriptor());
    private static MethodHandle EPOLL_WAIT = handle(linux_h.epoll_wait$address(), linux_h.epoll_wait$descriptor());
    private static MethodHandle KILL = handle(linux_h.kill$address(), linux_h.kill$descriptor());
    private static MethodHandle FCNTL =
            variadic("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
    private static MethodHandle SYSCALL3 =
            variadic("syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), 1);
    private static MethodHandle SYSCALL6 = variadic(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
            1);

    private static final boolean AARCH64 = Platform.current() == Platform.AARCH64;
    private static final long NR_GETTID = AARCH64 ? aarch64_h.__NR_gettid() : x86_64_h.__NR_gettid();
    private static final long NR_TGKILL = AARCH64 ? aarch64_h.__NR_tgkill() : x86_64_h.__NR_tgkill();
    private static final long NR_EPOLL_PWAIT2 = linux_h.__NR_epoll_pwait2();
    private static final long KERNEL_SIGSET_BYTES = 8;

    private Libc() {}

    @SuppressWarnings("restricted")
    static MethodHandle handle(MemorySegment address, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(address, descriptor, CAPTURE_ERRNO);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle variadic(String name, FunctionDescriptor descriptor, int firstVariadic) {
        // jextract offers neither address nor descriptor of a variadic function.
        MemorySegment address = Linker.nativeLinker().defaultLookup().find(name).orElseThrow();
        return Linker.nativeLinker()
                .downcallHandle(address, descriptor, CAPTURE_ERRNO, Linker.Option.firstVariadicArg(firstVariadic));
    }

    /**
     * Makes a place for the errno of calls that wait: it is in use for as long as the call waits.
     *
     * @param arena what the place lives in
     * @return the segment, for one thread at a time
     */
    public static MemorySegment errnoSegment(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    /** invokeExact declares Throwable; a downcall with matching types throws nothing but what the JVM itself does. */
    static Error impossible(Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new AssertionError(t);
    }

    /**
     * eventfd(2).
     *
     * @param initial the first value of the counter
     * @param flags EFD_*
     * @return a descriptor
     */
    public static int eventfd(int initial, int flags) {
        CallState state = CallState.take();
        try {
            return state.result((int) EVENTFD.invokeExact(state.segment, initial, flags));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * pipe2(2).
     *
     * @param fds receives two ints: the end to read, the end to write
     * @param flags O_*
     * @return 0
     */
    public static int pipe2(MemorySegment fds, int flags) {
        CallState state = CallState.take();
        try {
            return state.result((int) PIPE2.invokeExact(state.segment, fds, flags));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * read(2).
     *
     * @param fd the descriptor
     * @param buffer receives the bytes
     * @param length how many at the most
     * @return how many were read
     */
    public static long read(int fd, MemorySegment buffer, long length) {
        CallState state = CallState.take();
        try {
            return state.result((long) READ.invokeExact(state.segment, fd, buffer, length));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * write(2).
     *
     * @param fd the descriptor
     * @param buffer the bytes
     * @param length how many
     * @return how many were written
     */
    public static long write(int fd, MemorySegment buffer, long length) {
        CallState state = CallState.take();
        try {
            return state.result((long) WRITE.invokeExact(state.segment, fd, buffer, length));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * close(2). Never call it again after EINTR: Linux has closed the descriptor all the same.
     *
     * @param fd the descriptor
     * @return 0
     */
    public static int close(int fd) {
        CallState state = CallState.take();
        try {
            return state.result((int) CLOSE.invokeExact(state.segment, fd));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * fcntl(2), the commands that take an int or nothing.
     *
     * @param fd the descriptor
     * @param command F_*
     * @param argument its argument
     * @return what the command returns
     */
    public static int fcntl(int fd, int command, int argument) {
        CallState state = CallState.take();
        try {
            return state.result((int) FCNTL.invokeExact(state.segment, fd, command, argument));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * ppoll(2), without a signal mask.
     *
     * @param state the waiting thread's {@link #errnoSegment}
     * @param fds an array of struct pollfd
     * @param count how many
     * @param timeout a struct timespec, or NULL to wait for ever
     * @return how many have events
     */
    public static int ppoll(MemorySegment state, MemorySegment fds, long count, MemorySegment timeout) {
        try {
            return CallState.result((int) PPOLL.invokeExact(state, fds, count, timeout, MemorySegment.NULL), state);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /**
     * epoll_create1(2).
     *
     * @param flags EPOLL_CLOEXEC or 0
     * @return a descriptor
     */
    public static int epollCreate1(int flags) {
        CallState state = CallState.take();
        try {
            return state.result((int) EPOLL_CREATE1.invokeExact(state.segment, flags));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * epoll_ctl(2).
     *
     * @param epfd the epoll descriptor
     * @param operation EPOLL_CTL_*
     * @param fd the descriptor it is about
     * @param event a struct epoll_event
     * @return 0
     */
    public static int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        CallState state = CallState.take();
        try {
            return state.result((int) EPOLL_CTL.invokeExact(state.segment, epfd, operation, fd, event));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * epoll_wait(2).
     *
     * @param state the waiting thread's {@link #errnoSegment}
     * @param epfd the epoll descriptor
     * @param events receives an array of struct epoll_event
     * @param maxEvents how many at the most
     * @param timeoutMillis how long to wait; -1 is for ever
     * @return how many were filled
     */
    public static int epollWait(MemorySegment state, int epfd, MemorySegment events, int maxEvents, int timeoutMillis) {
        try {
            return CallState.result((int) EPOLL_WAIT.invokeExact(state, epfd, events, maxEvents, timeoutMillis), state);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /**
     * epoll_pwait2(2), without a signal mask; Linux 5.11 and later, ENOSYS before.
     *
     * @param state the waiting thread's {@link #errnoSegment}
     * @param epfd the epoll descriptor
     * @param events receives an array of struct epoll_event
     * @param maxEvents how many at the most
     * @param timeout a struct timespec
     * @return how many were filled
     */
    public static int epollPwait2(
            MemorySegment state, int epfd, MemorySegment events, int maxEvents, MemorySegment timeout) {
        try {
            return (int) CallState.result(
                    (long) SYSCALL6.invokeExact(
                            state,
                            NR_EPOLL_PWAIT2,
                            (long) epfd,
                            events,
                            (long) maxEvents,
                            timeout,
                            MemorySegment.NULL,
                            KERNEL_SIGSET_BYTES),
                    state);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /**
     * kill(2).
     *
     * @param pid the process
     * @param signal the signal
     * @return 0
     */
    public static int kill(int pid, int signal) {
        CallState state = CallState.take();
        try {
            return state.result((int) KILL.invokeExact(state.segment, pid, signal));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /**
     * tgkill(2).
     *
     * @param pid the process
     * @param tid the thread in it
     * @param signal the signal
     * @return 0
     */
    public static int tgkill(int pid, int tid, int signal) {
        return (int) syscall(NR_TGKILL, pid, tid, signal);
    }

    /**
     * gettid(2).
     *
     * @return the kernel's number of the calling thread
     */
    public static int gettid() {
        return (int) syscall(NR_GETTID, 0, 0, 0);
    }

    private static long syscall(long number, long a, long b, long c) {
        CallState state = CallState.take();
        try {
            return state.result((long) SYSCALL3.invokeExact(state.segment, number, a, b, c));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            state.busy = false;
        }
    }
}
