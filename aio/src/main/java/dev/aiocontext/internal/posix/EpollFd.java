package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.MemorySegment;

/**
 * An epoll(7) set that this process does not wait for: another loop polls its descriptor, which is readable while a descriptor in the set
 * is. The set keeps its number and its file when what is in it is replaced.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class EpollFd extends OwnFd {
    /** Enough for struct epoll_event on each platform. It begins with the events; nobody reads the data. */
    private static final int SIZE = 16;

    private final MemorySegment event;

    private EpollFd() {
        super("epoll set", "by which an outer loop waits for an embedded one");
        try {
            event = memory.allocate(SIZE, Long.BYTES);
            opened(Errno.check(Libc.epollCreate1(linux_h.EPOLL_CLOEXEC()), "epoll_create1", -1));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Opens an empty set.
     *
     * @return the set
     * @throws dev.aiocontext.SyscallException if there are no descriptors left, for instance
     */
    public static EpollFd open() {
        return new EpollFd();
    }

    /**
     * Adds a descriptor. One that is closed leaves the set by itself.
     *
     * @param member the descriptor, which is to be readable
     * @throws dev.aiocontext.SyscallException if the kernel refuses it
     */
    public void add(int member) {
        int fd = requireOpen();
        event.set(JAVA_INT, 0, linux_h.EPOLLIN());
        int result = Libc.epollCtl(fd, linux_h.EPOLL_CTL_ADD(), member, event);
        if (result == -Errno.EBADF && !Descriptors.isPollable(fd)) {
            check(result, "epoll_ctl"); // it is about the set, not about the member
        }
        Errno.check(result, "epoll_ctl", member);
    }
}
