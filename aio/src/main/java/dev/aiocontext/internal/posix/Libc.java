package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.bindings.linux.aarch64.aarch64_h;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.x86_64.x86_64_h;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;
import java.util.List;

/**
 * The system calls of the loop. A method returns what the call returns, or, if it failed, the <em>negated errno</em>, as
 * the kernel itself does: there is no separate errno to read too late, or after a call that succeeded.
 *
 * <p>Calls that glibc 2.28 lacks (gettid, tgkill, epoll_pwait2) always go through syscall(2): one path on every C library.
 *
 * <p><b>Threads.</b> Any thread may call anything; a call has an errno segment of its own, see {@link CallState}.
 */
public final class Libc {
    private static final NativeFunction EVENTFD = function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final NativeFunction PIPE2 = function("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final NativeFunction READ = function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final NativeFunction WRITE = function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final NativeFunction CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static final NativeFunction PPOLL = function("ppoll", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    private static final NativeFunction EPOLL_CREATE1 = function("epoll_create1", JAVA_INT, JAVA_INT);
    private static final NativeFunction EPOLL_CTL =
            function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final NativeFunction EPOLL_WAIT =
            function("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final NativeFunction TIMERFD_CREATE = function("timerfd_create", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final NativeFunction TIMERFD_SETTIME =
            function("timerfd_settime", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final NativeFunction KILL = function("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final NativeFunction FCNTL = function("fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final NativeFunction SYSCALL3 =
            function("syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final NativeFunction SYSCALL6 = NativeFunction.variadic(
            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(
            EVENTFD,
            PIPE2,
            READ,
            WRITE,
            CLOSE,
            PPOLL,
            EPOLL_CREATE1,
            EPOLL_CTL,
            EPOLL_WAIT,
            TIMERFD_CREATE,
            TIMERFD_SETTIME,
            KILL);

    private static final boolean AARCH64 = Platform.current() == Platform.AARCH64;
    private static final long NR_GETTID = AARCH64 ? aarch64_h.__NR_gettid() : x86_64_h.__NR_gettid();
    private static final long NR_TGKILL = AARCH64 ? aarch64_h.__NR_tgkill() : x86_64_h.__NR_tgkill();
    private static final long NR_EPOLL_PWAIT2 = linux_h.__NR_epoll_pwait2();
    private static final long KERNEL_SIGSET_BYTES = 8;

    private Libc() {}

    private static NativeFunction function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return NativeFunction.inRegisters(name, result, parameters);
    }

    /**
     * Makes a place for the errno of calls that wait: it is in use for as long as the call waits.
     *
     * @param allocator what the place lives in
     * @return the segment, for one thread at a time
     */
    public static MemorySegment errnoSegment(SegmentAllocator allocator) {
        return allocator.allocate(Linker.Option.captureStateLayout());
    }

    /** Makes an error of what invokeExact declares. A downcall with matching types throws only what the JVM itself throws. */
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
        return EVENTFD.callInt(initial, flags, 0, 0);
    }

    /**
     * pipe2(2).
     *
     * @param fds receives two ints: the end to read, the end to write
     * @param flags O_*
     * @return 0
     */
    public static int pipe2(MemorySegment fds, int flags) {
        try {
            return PIPE2.callInt(fds.address(), flags, 0, 0);
        } finally {
            Reference.reachabilityFence(fds);
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
        try {
            return READ.callLong(fd, buffer.address(), length, 0);
        } finally {
            Reference.reachabilityFence(buffer);
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
        try {
            return WRITE.callLong(fd, buffer.address(), length, 0);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * close(2). Never call it again after EINTR: Linux has closed the descriptor all the same.
     *
     * @param fd the descriptor
     * @return 0
     */
    public static int close(int fd) {
        return CLOSE.callInt(fd, 0, 0, 0);
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
        return FCNTL.callInt(fd, command, argument, 0);
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
            return PPOLL.callInt(state, fds.address(), count, timeout.address(), 0);
        } finally {
            Reference.reachabilityFence(fds);
            Reference.reachabilityFence(timeout);
        }
    }

    /**
     * ppoll(2) of one descriptor, without waiting.
     *
     * @param fd the descriptor
     * @param events POLL*
     * @return the events that have occurred, POLLNVAL among them, or none
     */
    public static int pollNow(int fd, int events) {
        CallState state = CallState.take();
        try {
            MemorySegment polled = state.pollfd;
            PollFd.set(polled, 0, fd, events);
            int count = PPOLL.callInt(state.segment, polled.address(), 1, state.noTime.address(), 0);
            return count > 0 ? PollFd.revents(polled, 0) : count;
        } finally {
            state.busy = false;
        }
    }

    /**
     * epoll_create1(2).
     *
     * @param flags EPOLL_CLOEXEC or 0
     * @return a descriptor
     */
    public static int epollCreate1(int flags) {
        return EPOLL_CREATE1.callInt(flags, 0, 0, 0);
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
        try {
            return EPOLL_CTL.callInt(epfd, operation, fd, event.address());
        } finally {
            Reference.reachabilityFence(event);
        }
    }

    /**
     * epoll_ctl(2), for a caller that changes a set again and again.
     *
     * @param state a {@link #errnoSegment} of the caller's, for one thread at a time
     * @param epfd the epoll descriptor
     * @param operation EPOLL_CTL_*
     * @param fd the descriptor it is about
     * @param event a struct epoll_event
     * @return 0
     */
    public static int epollCtl(MemorySegment state, int epfd, int operation, int fd, MemorySegment event) {
        try {
            return EPOLL_CTL.callInt(state, epfd, operation, fd, event.address());
        } finally {
            Reference.reachabilityFence(event);
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
            return EPOLL_WAIT.callInt(state, epfd, events.address(), maxEvents, timeoutMillis);
        } finally {
            Reference.reachabilityFence(events);
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
                    (long) SYSCALL6.handle()
                            .invokeExact(
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
     * timerfd_create(2).
     *
     * @param clock CLOCK_*
     * @param flags TFD_*
     * @return a descriptor
     */
    public static int timerfdCreate(int clock, int flags) {
        return TIMERFD_CREATE.callInt(clock, flags, 0, 0);
    }

    /**
     * timerfd_settime(2), without the old setting.
     *
     * @param fd the descriptor
     * @param flags TFD_TIMER_*
     * @param setting a struct itimerspec
     * @return 0
     */
    public static int timerfdSettime(int fd, int flags, MemorySegment setting) {
        try {
            return TIMERFD_SETTIME.callInt(fd, flags, setting.address(), 0);
        } finally {
            Reference.reachabilityFence(setting);
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
        return KILL.callInt(pid, signal, 0, 0);
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

    /** A call without a function of its own. */
    static long syscall(long number, long a, long b, long c) {
        return SYSCALL3.callLong(number, a, b, c);
    }
}
