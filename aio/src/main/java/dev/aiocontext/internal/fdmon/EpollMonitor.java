package dev.aiocontext.internal.fdmon;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits by epoll(7), level-triggered: what does not fit into the buffer of events is reported by the next wait.
 *
 * <p>The kernel's set is keyed by open file, ours by number. A registered descriptor that is closed leaves the kernel's set
 * silently, unless a duplicate keeps the file open: then it reports events for ever that nobody can remove by number. Each
 * event carries the generation of its entry; when events of past generations keep coming, the set is built anew.
 *
 * <p><b>Threads.</b> As {@link FdMonitor} says: the changing methods may run beside {@link #await}, which epoll_ctl(2) and
 * epoll_wait(2) allow; {@link #epfd} is replaced under the lock, by the home thread.
 */
final class EpollMonitor implements FdMonitor {
    private static final long SIZE;
    private static final long DATA;
    private static final int FIRST_EVENTS = 32;
    private static final int MOST_EVENTS = 4096;

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
    private final Timeout timespec = new Timeout();
    private final Timeout.Wait wait = this::waitOnce;

    /** Guarded by the lock: what epoll_ctl reads. */
    private final MemorySegment control = Arena.ofAuto().allocate(SIZE);

    /** Guarded by the lock: entries that epoll_ctl found closed, to be reported. */
    private final List<FdEntry> foundClosed = new ArrayList<>();

    /** Written under the lock: whether there are any. */
    private volatile boolean anyFoundClosed;

    /** Written under the lock, by the home thread. */
    private volatile int epfd;

    // The rest is the home thread's.
    private int capacity = FIRST_EVENTS;
    private MemorySegment events = allocate(FIRST_EVENTS);
    private boolean noPwait2;
    private boolean staleBefore;

    /**
     * Opens a monitor of all entries in a table, whose lock the caller holds.
     *
     * @throws SyscallException if the kernel refuses one
     */
    EpollMonitor(FdTable table) {
        this.table = table;
        epfd = create();
        try {
            table.forEach(this::add);
        } catch (SyscallException refused) {
            close();
            throw refused;
        }
    }

    private static MemorySegment allocate(int capacity) {
        return Arena.ofAuto().allocate(SIZE * capacity, Integer.BYTES);
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
        if (result == -Errno.EBADF) {
            foundClosed.add(entry);
            anyFoundClosed = true;
        } else {
            Errno.check(result, "epoll_ctl", entry.fd());
        }
    }

    @Override
    public void remove(FdEntry entry) {
        int result = control(linux_h.EPOLL_CTL_DEL(), entry);
        // Closed before it was removed, or its number already stands for another file: the kernel has forgotten it.
        if (result != -Errno.EBADF && result != -Errno.ENOENT && result != -Errno.EPERM) {
            Errno.check(result, "epoll_ctl", entry.fd());
        }
    }

    private int control(int operation, FdEntry entry) {
        control.set(JAVA_INT_UNALIGNED, 0, entry.interest);
        control.set(JAVA_LONG_UNALIGNED, DATA, (long) entry.generation << Integer.SIZE | entry.fd());
        return Libc.epollCtl(epfd, operation, entry.fd(), control);
    }

    @Override
    public void await(long timeoutNanos, ReadyList ready) {
        if (anyFoundClosed) {
            reportClosed(ready);
        }
        long timeout = ready.size() > 0 ? 0 : timeoutNanos;
        int count = Errno.check(Timeout.retryInterrupted(timeout, wait), "epoll_wait", epfd);
        boolean stale = false;
        for (int i = 0; i < count; i++) {
            int revents = events.get(JAVA_INT_UNALIGNED, i * SIZE);
            long data = events.get(JAVA_LONG_UNALIGNED, i * SIZE + DATA);
            FdEntry entry = table.get((int) data);
            if (entry != null && entry.generation == (int) (data >>> Integer.SIZE)) {
                ready.report(entry, revents);
            } else {
                stale = true;
            }
        }
        if (count == capacity && capacity < MOST_EVENTS) {
            events = allocate(2 * capacity); // first: the kernel must not write more than there is room for
            capacity *= 2;
        }
        // Once, it may have been removed while it was reported; twice, the kernel keeps what we have forgotten.
        if (stale && staleBefore) {
            rebuild(ready);
        }
        staleBefore = stale;
    }

    private void rebuild(ReadyList ready) {
        table.lock.lock();
        try {
            int old = epfd;
            epfd = create();
            try {
                table.forEach(this::add);
            } catch (SyscallException refused) {
                // Else the loop would be deaf to those that are not in it yet.
                close();
                epfd = old;
                throw refused;
            }
            Descriptors.close(old);
        } finally {
            table.lock.unlock();
        }
        reportClosed(ready);
    }

    /** What poll(2) reports as POLLNVAL: epoll_ctl found it closed. */
    private void reportClosed(ReadyList ready) {
        table.lock.lock();
        try {
            foundClosed.forEach(entry -> ready.report(entry, FdEntry.NVAL));
            foundClosed.clear();
            anyFoundClosed = false;
        } finally {
            table.lock.unlock();
        }
    }

    private int waitOnce(long nanos) {
        if (nanos > 0 && !noPwait2) {
            int result = Libc.epollPwait2(timespec.state(), epfd, events, capacity, timespec.timespec(nanos));
            if (!Errno.isMissing(result)) {
                return result;
            }
            noPwait2 = true;
        }
        return Libc.epollWait(timespec.state(), epfd, events, capacity, millis(nanos));
    }

    private static int millis(long nanos) {
        if (nanos <= 0) {
            return (int) Math.max(-1, nanos);
        }
        long up = TimeUnit.NANOSECONDS.toMillis(nanos - 1) + 1;
        return (int) Math.min(Integer.MAX_VALUE, up);
    }

    @Override
    public void close() {
        int open = epfd;
        epfd = -1;
        if (open >= 0) {
            Descriptors.close(open);
        }
    }
}
