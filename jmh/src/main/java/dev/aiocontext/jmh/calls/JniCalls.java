package dev.aiocontext.jmh.calls;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.jmh.machine.CLibrary;

/** JNI functions, {@code jni.c}. */
final class JniCalls implements SystemCalls {
    static {
        load();
    }

    private final Fixture f;
    private final long one;
    private final long buffer;
    private final long pollfds;
    private final long event;
    private final long noTime;
    private final long pair;
    private final long sigio;

    JniCalls(Fixture fixture) {
        f = fixture;
        one = f.one.address();
        buffer = f.buffer.address();
        pollfds = f.pollfds.address();
        event = f.event.address();
        noTime = f.noTime.address();
        pair = f.pair.address();
        sigio = f.sigio.address();
    }

    @SuppressWarnings("restricted")
    private static void load() {
        System.load(CLibrary.path().toString());
    }

    private static native int cGettid();

    private static native long cWrite(int fd, long bytes, long length);

    private static native long cRead(int fd, long bytes, long length);

    private static native int cFcntl(int fd, int command, int argument);

    private static native int cPpoll(long fds, long count, long timeout);

    private static native int cEpollWait(int epoll, long events, int maximum, int timeout);

    private static native int cEpollPwait2(int epoll, long events, int maximum, long timeout);

    private static native int cEpollCtl(int epoll, int operation, int fd, long event);

    private static native int cEventfd(int initial, int flags);

    private static native int cPipe2(long fds, int flags);

    private static native int cEpollCreate1(int flags);

    private static native int cClose(int fd);

    private static native int cKill(int pid, int signal);

    private static native int cTgkill(int pid, int tid, int signal);

    private static native int cSigwait(long set, long signal);

    @Override
    public int gettid() {
        return cGettid();
    }

    @Override
    public long write() {
        return cWrite(f.eventfd, one, Long.BYTES);
    }

    @Override
    public long read() {
        return cRead(f.eventfd, buffer, Long.BYTES);
    }

    @Override
    public int fcntl() {
        return cFcntl(f.idle, Fixture.F_GETFD, 0);
    }

    @Override
    public int ppoll() {
        return cPpoll(pollfds, 1, noTime);
    }

    @Override
    public int epollWait() {
        return cEpollWait(f.epoll, buffer, 1, 0);
    }

    @Override
    public int epollPwait2() {
        return cEpollPwait2(f.epoll, buffer, 1, noTime);
    }

    @Override
    public int epollCtl() {
        return cEpollCtl(f.epoll, Fixture.EPOLL_CTL_MOD, f.idle, event);
    }

    @Override
    public int eventfd() {
        return cEventfd(0, 0);
    }

    @Override
    public int pipe2() {
        return cPipe2(pair, 0) + cClose(f.pair.getAtIndex(JAVA_INT, 0)) + cClose(f.pair.getAtIndex(JAVA_INT, 1));
    }

    @Override
    public int epollCreate1() {
        return cEpollCreate1(0);
    }

    @Override
    public int close(int fd) {
        return cClose(fd);
    }

    @Override
    public int kill() {
        return cKill(f.pid, 0);
    }

    @Override
    public int tgkill(int signal) {
        return cTgkill(f.pid, f.tid, signal);
    }

    @Override
    public int sigwait() {
        return cSigwait(sigio, buffer);
    }
}
