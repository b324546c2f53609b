package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorChoice;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The monitor that waits for the entries of a table, and its choice.
 *
 * <p>With {@link MonitorMode#AUTO} it is poll(2) below {@link #EPOLL_FROM} entries and epoll(7) from there on, or from the first
 * edge-triggered entry on. Once in use, epoll stays. If epoll fails, poll takes its place, and epoll is tried again after some
 * waits. While there is an edge-triggered entry, or while another loop waits for epoll's descriptor, poll cannot take its place: then the failure
 * is thrown, and epoll stays.
 *
 * <p><b>Threads.</b> {@link #choice}: any. {@link #await} and {@link #close}: the home thread, without the lock. All other methods: any
 * thread that holds the table's lock. Any thread with the lock may put a monitor into use or retire it, but the home thread alone
 * closes one. So no monitor is closed while the home thread waits in it. A home thread that waits in poll(2) sees a change
 * when it waits again, so the caller of a change wakes it.
 *
 * <p><b>Errors.</b> A monitor is opened whole before it is in use. It is retired by plain stores, after the only allocation. An
 * Error while a retired monitor is closed leaves it retired, and the next wait goes on.
 */
final class MonitorInUse {
    /**
     * Measured, the context's own descriptors included (set an eventfd, poll, handle; us): with 3 descriptors poll takes
     * 2.09 and epoll 2.17, with 5 poll takes 2.42 and epoll 2.29, with 17 poll takes 3.18 and epoll 2.31. QEMU waits for 64.
     */
    static final int EPOLL_FROM = 4;

    private final FdTable table;
    private final MonitorMode mode;
    private final PollMonitor poll;
    /** Opens another monitor than {@link EpollMonitor}; null opens that one. */
    private final @Nullable Function<FdTable, FdMonitor> opener;

    /** Written under the lock; null while poll is in use. */
    private volatile @Nullable FdMonitor epoll;

    /** Epoll monitors that failed, to be closed by the home thread. Written under the lock. */
    private volatile @Nullable Retired retired;

    /** Why epoll is not used at present, though it would be. Written under the lock. */
    private volatile @Nullable SyscallException failure;

    /** Why epoll is in use. Written under the lock. */
    private volatile String reason = "";

    /** Guarded by the lock. */
    private boolean closed;

    /** Guarded by the lock: somebody else waits for epoll's descriptor. */
    private boolean kept;

    /** The home thread's. */
    private final RetryPause pause = new RetryPause();

    private record Retired(FdMonitor monitor, @Nullable Retired next) {}

    /**
     * Opens the monitor of a table that nobody else knows yet.
     *
     * @param opener opens a monitor for what poll(2) cannot do, or does slowly; called with the lock; null opens epoll(7)
     */
    MonitorInUse(MonitorMode mode, FdTable table, @Nullable Function<FdTable, FdMonitor> opener) {
        this.mode = mode;
        this.table = table;
        this.opener = opener;
        poll = new PollMonitor(table);
        if (mode == MonitorMode.EPOLL) {
            try {
                epoll = opened();
            } catch (RuntimeException | Error e) {
                poll.close();
                throw e;
            }
        }
    }

    /** {@return what was asked for} */
    MonitorMode mode() {
        return mode;
    }

    /** Puts epoll into use, unless poll is forced; {@link #choice} tells why. Fails if the kernel refuses to open a set. */
    void requireEpoll(String why) {
        if (epoll == null && mode != MonitorMode.POLL && !closed) {
            open(why);
        }
    }

    /** Puts epoll into use and keeps it, see {@link FdSet#keepEpoll}. */
    int keepEpoll(String why) {
        if (mode == MonitorMode.POLL) {
            throw new UnsupportedOperationException(
                    "MonitorMode.POLL is set, and poll(2) has no descriptor that another loop could wait for. Open the context"
                            + " with MonitorMode.AUTO or EPOLL");
        }
        requireEpoll(why);
        kept = true;
        return epollFd();
    }

    void letEpollGo() {
        kept = false;
    }

    int epollFd() {
        FdMonitor e = epoll;
        return e == null ? -1 : e.fd();
    }

    int epollSets() {
        FdMonitor e = epoll;
        return e == null ? 0 : e.sets();
    }

    /** Says whether epoll would report something at once that its descriptor does not tell. */
    boolean hasUntold() {
        FdMonitor e = epoll;
        return e != null && e.hasUntold();
    }

    private FdMonitor opened() {
        return opener == null ? new EpollMonitor(table) : opener.apply(table);
    }

    private FdMonitor open(String why) {
        FdMonitor opened = opened();
        reason = why;
        failure = null;
        epoll = opened;
        return opened;
    }

    /** Starts to wait for an entry of the table. */
    void add(FdEntry entry) {
        FdMonitor e = epoll;
        if (e != null) {
            try {
                e.add(entry);
            } catch (SyscallException refused) {
                fallBack(e, refused);
            }
        }
        poll.add(entry);
    }

    /** Applies the interest of an entry, see {@link FdMonitor#modify}. */
    void modify(FdEntry entry) {
        FdMonitor e = epoll;
        if (e != null) {
            try {
                e.modify(entry);
            } catch (SyscallException refused) {
                fallBack(e, refused);
            }
        }
        poll.modify(entry);
    }

    /** Stops to wait for an entry. */
    void remove(FdEntry entry) {
        FdMonitor e = epoll;
        if (e != null) {
            e.remove(entry);
        }
        poll.remove(entry);
    }

    /** Says whether epoll is in use, which has to be told when a number comes to stand for another file. */
    boolean isEpoll() {
        return epoll != null;
    }

    /** Says whether a number is that of a monitor. */
    boolean isOwn(int fd) {
        FdMonitor e = epoll;
        boolean own = e != null && e.fd() == fd;
        for (Retired r = retired; r != null; r = r.next) {
            own |= r.monitor.fd() == fd;
        }
        return own;
    }

    /** Retires an epoll monitor that failed, or throws its failure if nothing can take its place. */
    @SuppressWarnings("ReferenceEquality") // the very monitor
    private void fallBack(FdMonitor failed, SyscallException why) {
        if (failed == poll || mode == MonitorMode.EPOLL || kept || hasEdges()) {
            throw why;
        }
        if (epoll == failed) {
            Retired chain = new Retired(failed, retired);
            failure = why;
            retired = chain;
            epoll = null;
        }
    }

    private boolean hasEdges() {
        boolean[] any = {false};
        table.forEachWatched(entry -> any[0] |= FdEntry.isEdgeTriggered(entry.interest));
        return any[0];
    }

    /** Waits until a descriptor is ready. */
    void await(long timeoutNanos, ReadyList ready) {
        FdMonitor monitor = current();
        try {
            monitor.await(timeoutNanos, ready);
        } catch (SyscallException failed) {
            synchronized (table.lock) {
                fallBack(monitor, failed);
            }
            current().await(timeoutNanos, ready);
        }
    }

    private FdMonitor current() {
        if (retired != null) {
            closeRetired();
        }
        FdMonitor e = epoll;
        if (e != null) {
            return e;
        }
        return mode != MonitorMode.POLL && table.size() >= EPOLL_FROM && pause.isOver(failure) ? upgrade() : poll;
    }

    private FdMonitor upgrade() {
        synchronized (table.lock) {
            FdMonitor e = epoll;
            if (e != null) {
                return e; // another thread was first
            }
            try {
                return open("there were " + EPOLL_FROM + " descriptors or more");
            } catch (SyscallException refused) {
                failure = refused;
                return poll;
            }
        }
    }

    private void closeRetired() {
        synchronized (table.lock) {
            for (Retired r = retired; r != null; r = r.next) {
                r.monitor.close(); // first: an Error leaves it here, closed in part, and the next call goes on
                retired = r.next;
            }
        }
    }

    /** Says which monitor is in use, and why. */
    MonitorChoice choice() {
        FdMonitor e = epoll;
        SyscallException failed = failure;
        if (mode != MonitorMode.AUTO) {
            return new MonitorChoice(mode, "MonitorMode." + mode + " is set");
        }
        if (e != null) {
            int files = e.alwaysReady();
            String refused = files == 0 ? "" : "; " + files + " that epoll refuses with EPERM are always ready";
            return new MonitorChoice(MonitorMode.EPOLL, reason + refused);
        }
        String why = failed == null
                ? "there were fewer than " + EPOLL_FROM + " descriptors at the last poll"
                : "epoll failed, and is tried again later: " + failed.getMessage();
        return new MonitorChoice(MonitorMode.POLL, why);
    }

    /** Frees what the monitors hold. A thread that changes the table meanwhile holds the lock, or finds none but poll. */
    void close() {
        try {
            synchronized (table.lock) {
                closed = true;
                FdMonitor e = epoll;
                if (e != null) {
                    e.close();
                    epoll = null;
                }
            }
            closeRetired();
        } finally {
            poll.close();
        }
    }
}
