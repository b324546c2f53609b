package dev.aiocontext.jmh.calls;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.bindings.linux.aarch64.aarch64_h;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.pollfd;
import dev.aiocontext.bindings.linux.x86_64.x86_64_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.posix.SignalWait;
import dev.aiocontext.internal.posix.Signals;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory and descriptors that the calls work on. One thread. */
public final class Fixture implements AutoCloseable {
    private static final long PAGE = 4096;

    private static final boolean AARCH64 = Platform.current() == Platform.AARCH64;

    /** The number of gettid(2). */
    static final long NR_GETTID = AARCH64 ? aarch64_h.__NR_gettid() : x86_64_h.__NR_gettid();
    /** The number of tgkill(2). */
    static final long NR_TGKILL = AARCH64 ? aarch64_h.__NR_tgkill() : x86_64_h.__NR_tgkill();
    /** The number of epoll_pwait2(2). */
    static final long NR_EPOLL_PWAIT2 = linux_h.__NR_epoll_pwait2();
    /** fcntl(2)'s F_GETFD. */
    static final int F_GETFD = linux_h.F_GETFD();
    /** epoll_ctl(2)'s EPOLL_CTL_MOD. */
    static final int EPOLL_CTL_MOD = linux_h.EPOLL_CTL_MOD();

    private final Arena arena = Arena.ofShared();

    /** An eventfd that nothing is written to. */
    final int idle = eventfd();
    /** An eventfd to write and read. */
    final int eventfd = eventfd();
    /** An epoll descriptor that watches the idle one. */
    final int epoll = Errno.check(Libc.epollCreate1(0), "epoll_create1", -1);

    /** A number to write to an eventfd. */
    final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    /** For what is read or reported. */
    final MemorySegment buffer = arena.allocate(PAGE, Long.BYTES);
    /** A struct pollfd of the idle descriptor. */
    final MemorySegment pollfds = arena.allocate(pollfd.layout());
    /** A struct epoll_event, interested in EPOLLIN. */
    final MemorySegment event = arena.allocate(2 * Long.BYTES, Long.BYTES);
    /** A struct timespec of no time. */
    final MemorySegment noTime = arena.allocate(JAVA_LONG, 2);
    /** Two ints. */
    final MemorySegment pair = arena.allocate(JAVA_INT, 2);
    /** A sigset_t of SIGIO. */
    final MemorySegment sigio = Signals.setOf(Signals.SIGIO, arena);
    /** The library's wait for SIGIO. */
    final SignalWait sigioWait = new SignalWait(Signals.SIGIO, arena);
    /** For the errno of the library's waits. */
    final MemorySegment errno = Libc.errnoSegment(arena);
    /** The process. */
    final int pid = (int) ProcessHandle.current().pid();
    /** The thread that made this. */
    final int tid = Libc.gettid();

    /** Opens it, and blocks SIGIO in the calling thread: it sends it to itself and takes it by sigwait(3). */
    public Fixture() {
        Signals.block(Signals.SIGIO);
        pollfd.fd(pollfds, idle);
        pollfd.events(pollfds, (short) linux_h.POLLIN());
        event.set(JAVA_INT, 0, linux_h.EPOLLIN());
        Errno.check(Libc.epollCtl(epoll, linux_h.EPOLL_CTL_ADD(), idle, event), "epoll_ctl", idle);
    }

    /**
     * Reads what nobody has read.
     *
     * @return whether there was nothing left to read
     */
    public boolean isDrained() {
        return Libc.read(eventfd, buffer, Long.BYTES) == -Errno.EAGAIN;
    }

    private static int eventfd() {
        return Errno.check(Libc.eventfd(0, linux_h.EFD_NONBLOCK()), "eventfd", -1);
    }

    @Override
    public void close() {
        Descriptors.close(epoll);
        Descriptors.close(eventfd);
        Descriptors.close(idle);
        arena.close();
    }
}
