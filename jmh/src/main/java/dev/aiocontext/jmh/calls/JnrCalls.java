package dev.aiocontext.jmh.calls;

import java.nio.ByteBuffer;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.jspecify.annotations.Nullable;

/** jnr-posix for what it has, which is read, write, kill and close; jnr-ffi for the rest. */
final class JnrCalls implements SystemCalls {
    private static final POSIX POSIX_CALLS = POSIXFactory.getNativePOSIX();
    private static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");

    private final Fixture f;
    private final ByteBuffer oneBytes;
    private final ByteBuffer bufferBytes;
    private final Pointer buffer;
    private final Pointer pollfds;
    private final Pointer event;
    private final Pointer noTime;
    private final Pointer pair;
    private final Pointer sigio;

    /** What jnr-posix does not have. */
    public interface LibC {
        int fcntl(int fd, int command, int argument);

        int ppoll(Pointer fds, long count, Pointer timeout, @Nullable Pointer mask);

        int epoll_wait(int epoll, Pointer events, int maximum, int timeout);

        int epoll_ctl(int epoll, int operation, int fd, Pointer event);

        int eventfd(int initial, int flags);

        int pipe2(Pointer fds, int flags);

        int epoll_create1(int flags);

        int sigwait(Pointer set, Pointer signal);

        long syscall(long number, long a, Pointer b, long c, Pointer d, @Nullable Pointer e, long f);

        long syscall(long number, long a, long b, long c);
    }

    JnrCalls(Fixture fixture) {
        f = fixture;
        oneBytes = f.one.asByteBuffer();
        bufferBytes = f.buffer.asByteBuffer();
        buffer = pointer(f.buffer.address());
        pollfds = pointer(f.pollfds.address());
        event = pointer(f.event.address());
        noTime = pointer(f.noTime.address());
        pair = pointer(f.pair.address());
        sigio = pointer(f.sigio.address());
    }

    private static Pointer pointer(long address) {
        return Pointer.wrap(Runtime.getSystemRuntime(), address);
    }

    @Override
    public int gettid() {
        return (int) LIBC.syscall(Fixture.NR_GETTID, 0, 0, 0);
    }

    @Override
    public long write() {
        return POSIX_CALLS.write(f.eventfd, oneBytes, Long.BYTES);
    }

    @Override
    public long read() {
        return POSIX_CALLS.read(f.eventfd, bufferBytes, Long.BYTES);
    }

    @Override
    public int fcntl() {
        return LIBC.fcntl(f.idle, Fixture.F_GETFD, 0);
    }

    @Override
    public int ppoll() {
        return LIBC.ppoll(pollfds, 1, noTime, null);
    }

    @Override
    public int epollWait() {
        return LIBC.epoll_wait(f.epoll, buffer, 1, 0);
    }

    @Override
    public int epollPwait2() {
        return (int) LIBC.syscall(Fixture.NR_EPOLL_PWAIT2, f.epoll, buffer, 1, noTime, null, 8);
    }

    @Override
    public int epollCtl() {
        return LIBC.epoll_ctl(f.epoll, Fixture.EPOLL_CTL_MOD, f.idle, event);
    }

    @Override
    public int eventfd() {
        return LIBC.eventfd(0, 0);
    }

    @Override
    public int pipe2() {
        return LIBC.pipe2(pair, 0) + close(pair.getInt(0)) + close(pair.getInt(Integer.BYTES));
    }

    @Override
    public int epollCreate1() {
        return LIBC.epoll_create1(0);
    }

    @Override
    public int close(int fd) {
        return POSIX_CALLS.close(fd);
    }

    @Override
    public int kill() {
        return POSIX_CALLS.kill(f.pid, 0);
    }

    @Override
    public int tgkill(int signal) {
        return (int) LIBC.syscall(Fixture.NR_TGKILL, f.pid, f.tid, signal);
    }

    @Override
    public int sigwait() {
        return LIBC.sigwait(sigio, buffer);
    }
}
