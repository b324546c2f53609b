package dev.aiocontext.jmh.calls;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.jmh.machine.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Plain downcalls, constant handles, no errno. */
final class FfmCalls implements SystemCalls {
    private static final MethodHandle WRITE = of("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle READ = of("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle PPOLL = of("ppoll", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle EPOLL_WAIT = of("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CTL = of("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle EVENTFD = of("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle PIPE2 = of("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle EPOLL_CREATE1 = of("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = of("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle KILL = of("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SIGWAIT = of("sigwait", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle FCNTL = variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SYSCALL3 =
            variadic(1, "syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SYSCALL6 =
            variadic(1, "syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

    private final Fixture f;

    FfmCalls(Fixture fixture) {
        f = fixture;
    }

    private static MethodHandle of(String name, MemoryLayout result, MemoryLayout... parameters) {
        return link(name, FunctionDescriptor.of(result, parameters));
    }

    private static MethodHandle variadic(int first, String name, MemoryLayout result, MemoryLayout... parameters) {
        return link(name, FunctionDescriptor.of(result, parameters), Linker.Option.firstVariadicArg(first));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor, options);
    }

    @Override
    public int gettid() {
        return (int) syscall(Fixture.NR_GETTID, 0, 0, 0);
    }

    private static long syscall(long number, long a, long b, long c) {
        try {
            return (long) SYSCALL3.invokeExact(number, a, b, c);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public long write() {
        try {
            return (long) WRITE.invokeExact(f.eventfd, f.one, (long) Long.BYTES);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public long read() {
        try {
            return (long) READ.invokeExact(f.eventfd, f.buffer, (long) Long.BYTES);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int fcntl() {
        try {
            return (int) FCNTL.invokeExact(f.idle, Fixture.F_GETFD, 0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int ppoll() {
        try {
            return (int) PPOLL.invokeExact(f.pollfds, 1L, f.noTime, MemorySegment.NULL);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int epollWait() {
        try {
            return (int) EPOLL_WAIT.invokeExact(f.epoll, f.buffer, 1, 0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int epollPwait2() {
        try {
            return (int) (long) SYSCALL6.invokeExact(
                    Fixture.NR_EPOLL_PWAIT2, (long) f.epoll, f.buffer, 1L, f.noTime, MemorySegment.NULL, 8L);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int epollCtl() {
        try {
            return (int) EPOLL_CTL.invokeExact(f.epoll, Fixture.EPOLL_CTL_MOD, f.idle, f.event);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int eventfd() {
        try {
            return (int) EVENTFD.invokeExact(0, 0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int pipe2() {
        try {
            int result = (int) PIPE2.invokeExact(f.pair, 0);
            return result + close(f.pair.getAtIndex(JAVA_INT, 0)) + close(f.pair.getAtIndex(JAVA_INT, 1));
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int epollCreate1() {
        try {
            return (int) EPOLL_CREATE1.invokeExact(0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int kill() {
        try {
            return (int) KILL.invokeExact(f.pid, 0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public int tgkill(int signal) {
        return (int) syscall(Fixture.NR_TGKILL, f.pid, f.tid, signal);
    }

    @Override
    public int sigwait() {
        try {
            return (int) SIGWAIT.invokeExact(f.sigio, f.buffer);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
