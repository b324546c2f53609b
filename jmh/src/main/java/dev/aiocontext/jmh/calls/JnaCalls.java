package dev.aiocontext.jmh.calls;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** JNA, directly mapped. */
final class JnaCalls implements SystemCalls {
    static {
        Native.register(JnaCalls.class, "c");
    }

    private final Fixture f;
    private final Pointer one;
    private final Pointer buffer;
    private final Pointer pollfds;
    private final Pointer event;
    private final Pointer noTime;
    private final Pointer pair;
    private final Pointer sigio;

    JnaCalls(Fixture fixture) {
        f = fixture;
        one = new Pointer(f.one.address());
        buffer = new Pointer(f.buffer.address());
        pollfds = new Pointer(f.pollfds.address());
        event = new Pointer(f.event.address());
        noTime = new Pointer(f.noTime.address());
        pair = new Pointer(f.pair.address());
        sigio = new Pointer(f.sigio.address());
    }

    private static native long write(int fd, Pointer bytes, long length);

    private static native long read(int fd, Pointer bytes, long length);

    private static native int fcntl(int fd, int command, int argument);

    private static native int ppoll(Pointer fds, long count, Pointer timeout, Pointer mask);

    private static native int epoll_wait(int epoll, Pointer events, int maximum, int timeout);

    private static native int epoll_ctl(int epoll, int operation, int fd, Pointer event);

    private static native int eventfd(int initial, int flags);

    private static native int pipe2(Pointer fds, int flags);

    private static native int epoll_create1(int flags);

    private static native int kill(int pid, int signal);

    private static native int sigwait(Pointer set, Pointer signal);

    private static native long syscall(long number, long a, Pointer b, long c, Pointer d, Pointer e, long f);

    private static native long syscall(long number, long a, long b, long c);

    /** The name of the C function is that of the method. */
    private static final class Closing {
        static {
            Native.register(Closing.class, "c");
        }

        private static native int close(int fd);
    }

    @Override
    public int gettid() {
        return (int) syscall(Fixture.NR_GETTID, 0L, 0L, 0L);
    }

    @Override
    public long write() {
        return write(f.eventfd, one, Long.BYTES);
    }

    @Override
    public long read() {
        return read(f.eventfd, buffer, Long.BYTES);
    }

    @Override
    public int fcntl() {
        return fcntl(f.idle, Fixture.F_GETFD, 0);
    }

    @Override
    public int ppoll() {
        return ppoll(pollfds, 1, noTime, Pointer.NULL);
    }

    @Override
    public int epollWait() {
        return epoll_wait(f.epoll, buffer, 1, 0);
    }

    @Override
    public int epollPwait2() {
        return (int) syscall(Fixture.NR_EPOLL_PWAIT2, f.epoll, buffer, 1, noTime, Pointer.NULL, 8);
    }

    @Override
    public int epollCtl() {
        return epoll_ctl(f.epoll, Fixture.EPOLL_CTL_MOD, f.idle, event);
    }

    @Override
    public int eventfd() {
        return eventfd(0, 0);
    }

    @Override
    public int pipe2() {
        return pipe2(pair, 0) + close(pair.getInt(0)) + close(pair.getInt(Integer.BYTES));
    }

    @Override
    public int epollCreate1() {
        return epoll_create1(0);
    }

    @Override
    public int close(int fd) {
        return Closing.close(fd);
    }

    @Override
    public int kill() {
        return kill(f.pid, 0);
    }

    @Override
    public int tgkill(int signal) {
        return (int) syscall(Fixture.NR_TGKILL, f.pid, f.tid, signal);
    }

    @Override
    public int sigwait() {
        return sigwait(sigio, buffer);
    }
}
