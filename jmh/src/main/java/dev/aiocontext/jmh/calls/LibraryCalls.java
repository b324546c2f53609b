package dev.aiocontext.jmh.calls;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.internal.posix.Libc;

/** The library's own calls. sigwait(3) returns its errno, so it captures none. */
final class LibraryCalls implements SystemCalls {
    private final Fixture f;

    LibraryCalls(Fixture fixture) {
        f = fixture;
    }

    @Override
    public int gettid() {
        return Libc.gettid();
    }

    @Override
    public long write() {
        return Libc.write(f.eventfd, f.one, Long.BYTES);
    }

    @Override
    public long read() {
        return Libc.read(f.eventfd, f.buffer, Long.BYTES);
    }

    @Override
    public int fcntl() {
        return Libc.fcntl(f.idle, Fixture.F_GETFD, 0);
    }

    @Override
    public int ppoll() {
        return Libc.ppoll(f.errno, f.pollfds, 1, f.noTime);
    }

    @Override
    public int epollWait() {
        return Libc.epollWait(f.errno, f.epoll, f.buffer, 1, 0);
    }

    @Override
    public int epollPwait2() {
        return Libc.epollPwait2(f.errno, f.epoll, f.buffer, 1, f.noTime);
    }

    @Override
    public int epollCtl() {
        return Libc.epollCtl(f.epoll, Fixture.EPOLL_CTL_MOD, f.idle, f.event);
    }

    @Override
    public int eventfd() {
        return Libc.eventfd(0, 0);
    }

    @Override
    public int pipe2() {
        return Libc.pipe2(f.pair, 0)
                + Libc.close(f.pair.getAtIndex(JAVA_INT, 0))
                + Libc.close(f.pair.getAtIndex(JAVA_INT, 1));
    }

    @Override
    public int epollCreate1() {
        return Libc.epollCreate1(0);
    }

    @Override
    public int close(int fd) {
        return Libc.close(fd);
    }

    @Override
    public int kill() {
        return Libc.kill(f.pid, 0);
    }

    @Override
    public int tgkill(int signal) {
        return Libc.tgkill(f.pid, f.tid, signal);
    }

    @Override
    public int sigwait() {
        f.sigioWait.await();
        return 0;
    }
}
