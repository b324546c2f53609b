package dev.aiocontext.internal.fdmon;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import dev.aiocontext.internal.posix.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Waits by epoll(7). Events that do not fit into the buffer are reported by the next wait.
 *
 * <p>The kernel's set is keyed by open file, ours by number. A watched descriptor that is closed leaves the kernel's set
 * silently, unless a duplicate keeps the file open: then the kernel reports events for ever that nobody can remove by number.
 * Each event carries the generation of its entry, so an event of a past generation is <em>stale</em>. An entry leaves the
 * kernel's set before it leaves the table. So a wait that begins after a stale event was seen reports that generation again
 * only if the kernel keeps it for good: then the set is built anew. A removal that races with a wait rebuilds nothing.
 *
 * <p>The kernel's set lacks files that epoll refuses with EPERM (a regular file, a directory), and closed numbers: {@link
 * Unwatched} has them. While one of those is to be reported, waits do not block, and each reports it.
 *
 * <p><b>Threads.</b> As {@link FdMonitor} says: the changing methods may run beside {@link #await}, which epoll_ctl(2) and
 * epoll_wait(2) allow; {@link #epfd} is replaced under the lock, by the home thread.
 */
final class EpollMonitor implements FdMonitor, Timeout.Wait {
    private static final long SIZE;
    private static final long DATA;
    private static final int FIRST_EVENTS = 32;
    private static final int MOST_STALE = 16;

    /** What messages call the kernel's set. */
    private static final String WHOSE = "the epoll set by which a loop waits for its descriptors";

    static {
        boolean packed = Platform.current() == Platform.X86_64;
        SIZE = packed
                ? dev.aiocontext.bindings.linux.x86_64.epoll_event.sizeof()
                : dev.aiocontext.bindings.linux.aarch64.epoll_event.sizeof();
        DATA = packed
                ? dev.aiocontext.bindings.linux.x86_64.epoll_event.data$offset()
                : dev.aiocontext.bindings.linux.aarch64.epoll_event.data$offset();
    }

    private final FdTable table;
    /** The opening thread allocates, then the home thread. Memory that other threads use too is freed under the lock. */
    private final OwnMemory memory = new OwnMemory();

    private final Timeout timespec;

    /** Guarded by the lock: what epoll_ctl reads. */
    private final MemorySegment control;

    /** Guarded by the lock: where epoll_ctl leaves its errno. To take a place for each call would be a tenth of the call. */
    private final MemorySegment controlErrno;

    private final Unwatched unwatched = new Unwatched();

    /** Written under the lock, by the thread that opens the monitor, then by the home thread; -1 if the monitor is closed. */
    private volatile int epfd = -1;

    // The rest is the home thread's.
    private int capacity = FIRST_EVENTS;
    private MemorySegment events;
    private boolean noPwait2;
    private int sets = 1;

    /** The first stale events that the last wait reported; one that the kernel keeps comes before those of the moment. */
    private final long[] staleSeen = new long[MOST_STALE];

    private final long[] staleNow = new long[MOST_STALE];
    private int staleCount;

    /**
     * Opens a monitor of all entries in a table, whose lock the caller holds.
     *
     * @throws SyscallException if the kernel refuses one
     */
    EpollMonitor(FdTable table) {
        this.table = table;
        try {
            timespec = new Timeout(memory);
            control = memory.allocate(SIZE, Long.BYTES);
            controlErrno = Libc.errnoSegment(memory);
            events = allocate(FIRST_EVENTS);
            epfd = create();
            table.forEachWatched(this::add);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private MemorySegment allocate(int capacity) {
        return memory.allocate(SIZE * capacity, Long.BYTES);
    }

    private static int create() {
        return Errno.check(Libc.epollCreate1(linux_h.EPOLL_CLOEXEC()), "epoll_create1", -1);
    }

    @Override
    public void add(FdEntry entry) {
        int result = control(linux_h.EPOLL_CTL_ADD(), entry);
        if (result == -Errno.EEXIST) {
            result = control(linux_h.EPOLL_CTL_MOD(), entry);
        }
        check(result, entry);
    }

    @Override
    public void modify(FdEntry entry) {
        int result = control(linux_h.EPOLL_CTL_MOD(), entry);
        if (result == -Errno.ENOENT) {
            // Another file than before: events of that one, which a duplicate may keep alive, are stale from now on.
            table.renew(entry);
            result = control(linux_h.EPOLL_CTL_ADD(), entry);
        }
        check(result, entry);
    }

    private void check(int result, FdEntry entry) {
        if (result == -Errno.EBADF && isSetGone(entry)) {
            throw Descriptors.closedByOthers("epoll_ctl", epfd, WHOSE);
        }
        if (!unwatched.take(entry, result)) {
            Errno.check(result, "epoll_ctl", entry.fd());
        }
    }

    /** EBADF is about the descriptor or about the set. */
    private boolean isSetGone(FdEntry entry) {
        return epfd >= 0 && epfd != entry.fd() && !Descriptors.isPollable(epfd);
    }

    @Override
    public int alwaysReady() {
        synchronized (table.lock) {
            return unwatched.alwaysReady();
        }
    }

    @Override
    public int fd() {
        return epfd;
    }

    @Override
    public int sets() {
        return sets;
    }

    @Override
    public boolean hasUntold() {
        return unwatched.anyToReport();
    }

    @Override
    public void remove(FdEntry entry) {
        int result = control(linux_h.EPOLL_CTL_DEL(), entry);
        // Closed before it was removed, or its number already stands for another file: the kernel has forgotten it.
        if (result != -Errno.EBADF && result != -Errno.ENOENT && result != -Errno.EPERM) {
            Errno.check(result, "epoll_ctl", entry.fd());
        }
        unwatched.forget(entry);
    }

    private int control(int operation, FdEntry entry) {
        if (entry.fd() == epfd || epfd < 0) {
            return -Errno.EBADF; // its file was closed, and the kernel gave us the number; or this is closed
        }
        control.set(JAVA_INT_UNALIGNED, 0, entry.interest);
        control.set(JAVA_LONG_UNALIGNED, DATA, (long) entry.generation << Integer.SIZE | entry.fd());
        return Libc.epollCtl(controlErrno, epfd, operation, entry.fd(), control);
    }

    @Override
    public void await(long timeoutNanos, ReadyList ready) {
        long timeout = unwatched.anyToReport() ? 0 : timeoutNanos;
        int count = Descriptors.checkOwn(Timeout.retryInterrupted(timeout, this), "epoll_wait", epfd, WHOSE);
        boolean keptForGood = false;
        int seenBefore = staleCount;
        int stale = 0;
        for (int i = 0; i < count; i++) {
            int revents = events.get(JAVA_INT_UNALIGNED, i * SIZE);
            long data = events.get(JAVA_LONG_UNALIGNED, i * SIZE + DATA);
            FdEntry entry = table.get((int) data);
            if (entry != null && entry.generation == (int) (data >>> Integer.SIZE)) {
                ready.report(entry, revents);
            } else {
                keptForGood |= isAmong(seenBefore, data);
                if (stale < MOST_STALE) {
                    staleNow[stale++] = data;
                }
            }
        }
        if (stale + seenBefore > 0) {
            System.arraycopy(staleNow, 0, staleSeen, 0, stale);
            staleCount = stale;
        }
        if (count == capacity && capacity < ReadyList.MOST) {
            grow();
        }
        if (keptForGood) {
            rebuild();
        }
        if (unwatched.anyToReport()) {
            synchronized (table.lock) {
                unwatched.report(ready);
            }
        }
    }

    private void grow() {
        MemorySegment before = events;
        events = allocate(2 * capacity); // first: the kernel must not write more than there is room for
        capacity *= 2;
        memory.free(before);
    }

    private boolean isAmong(int seenBefore, long data) {
        for (int i = 0; i < seenBefore; i++) {
            if (staleSeen[i] == data) {
                return true;
            }
        }
        return false;
    }

    private void rebuild() {
        synchronized (table.lock) {
            int old = epfd;
            epfd = create();
            try {
                table.forEachWatched(this::add);
            } catch (RuntimeException | Error e) {
                // Else the loop would be deaf to those that are not in it yet.
                int half = epfd;
                epfd = old;
                Descriptors.close(half);
                throw e;
            }
            sets++;
            Descriptors.close(old, WHOSE);
        }
    }

    @Override
    public int call(long nanos) {
        if (nanos > 0 && !noPwait2) {
            int result = Libc.epollPwait2(timespec.state(), epfd, events, capacity, timespec.timespec(nanos));
            if (!Errno.isMissing(result)) {
                return result;
            }
            noPwait2 = true;
        }
        return Libc.epollWait(timespec.state(), epfd, events, capacity, Timeout.millis(nanos));
    }

    @Override
    public void close() {
        int open = epfd;
        epfd = -1;
        try {
            if (open >= 0) {
                Descriptors.close(open, WHOSE);
            }
        } finally {
            memory.close();
        }
    }
}
