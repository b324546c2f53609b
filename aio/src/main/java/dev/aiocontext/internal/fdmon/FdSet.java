package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a context, and the monitor that waits for them.
 *
 * <p>With {@link MonitorMode#AUTO} it is poll(2) below {@link #EPOLL_FROM} descriptors and epoll(7) from there on. An error
 * of epoll goes back to poll for good (QEMU, {@code fdmon_epoll_try_upgrade}).
 *
 * <p><b>Threads.</b> {@link #put}, {@link #update} and {@link #remove}: any; they hold the table's lock, and the caller wakes
 * the loop afterwards, for poll(2) sees a change only when it is called again. {@link #await} and {@link #close}: the home
 * thread. The monitor in use is replaced under the lock, by the home thread, which alone closes one: so none is closed
 * while it waits in it.
 */
public final class FdSet {
    /**
     * Measured, the context's own descriptors included (set an eventfd, poll, handle; us): with 3 descriptors poll takes
     * 2.09 and epoll 2.17, with 5 poll takes 2.42 and epoll 2.29, with 17 poll takes 3.18 and epoll 2.31. QEMU waits for 64.
     */
    private static final int EPOLL_FROM = 4;

    private final FdTable table = new FdTable();
    private final MonitorMode mode;
    private final PollMonitor poll = new PollMonitor(table);

    /** Guarded by the lock; the home thread, which writes it, also reads it without. */
    private @Nullable EpollMonitor epoll;

    /** Epoll has failed: poll for good. Written under the lock. */
    private volatile boolean pollForGood;

    private volatile boolean closed;

    /**
     * Opens a set without descriptors.
     *
     * @param mode how to wait
     */
    public FdSet(MonitorMode mode) {
        this.mode = mode;
        this.pollForGood = mode == MonitorMode.POLL;
        if (mode == MonitorMode.EPOLL) {
            epoll = new EpollMonitor(table);
        }
    }

    /**
     * Adds an entry.
     *
     * @param entry the entry, in no set; the set has none of that descriptor
     * @param interest {@link FdEntry#IN} and {@link FdEntry#OUT}
     * @throws SyscallException if the forced monitor refuses the descriptor: nothing has changed then
     */
    public void put(FdEntry entry, int interest) {
        table.lock.lock();
        try {
            entry.interest = interest;
            table.put(entry);
            try {
                apply(entry, true);
            } catch (SyscallException e) {
                table.remove(entry);
                throw e;
            }
        } finally {
            table.lock.unlock();
        }
    }

    /**
     * Changes what an entry waits for. To be called also when its handler is replaced: its number may stand for another
     * file by now, which epoll does not know yet.
     *
     * @param entry an entry of this set
     * @param interest {@link FdEntry#IN} and {@link FdEntry#OUT}
     */
    public void update(FdEntry entry, int interest) {
        table.lock.lock();
        try {
            int before = entry.interest;
            entry.interest = interest;
            try {
                apply(entry, false);
            } catch (SyscallException e) {
                entry.interest = before;
                throw e;
            }
        } finally {
            table.lock.unlock();
        }
    }

    private void apply(FdEntry entry, boolean added) {
        EpollMonitor e = epoll;
        if (e != null && !pollForGood) {
            try {
                if (added) {
                    e.add(entry);
                } else {
                    e.modify(entry);
                }
            } catch (SyscallException refused) {
                fallBack(refused);
            }
        }
        poll.modify(entry);
    }

    private void fallBack(SyscallException refused) {
        if (mode == MonitorMode.EPOLL) {
            throw refused;
        }
        pollForGood = true;
    }

    /**
     * Removes an entry, whose descriptor may already be closed.
     *
     * @param entry the entry
     * @return false if it is in the set no more
     */
    public boolean remove(FdEntry entry) {
        table.lock.lock();
        try {
            boolean removed = table.remove(entry);
            if (removed) {
                EpollMonitor e = epoll;
                if (e != null && !closed) {
                    e.remove(entry);
                }
                poll.remove(entry);
            }
            return removed;
        } finally {
            table.lock.unlock();
        }
    }

    /**
     * The entry of a descriptor.
     *
     * @param fd the descriptor
     * @return its entry, or null
     */
    public @Nullable FdEntry get(int fd) {
        return fd < 0 ? null : table.get(fd);
    }

    /**
     * Visits all entries, under the lock.
     *
     * @param action what to do with each
     */
    public void forEach(Consumer<FdEntry> action) {
        table.lock.lock();
        try {
            table.forEach(action);
        } finally {
            table.lock.unlock();
        }
    }

    /**
     * How many descriptors there are.
     *
     * @return the number of entries
     */
    public int size() {
        return table.size();
    }

    /**
     * Waits until a descriptor is ready.
     *
     * @param timeoutNanos how long; 0 not at all, negative for ever
     * @param ready receives what is ready
     */
    public void await(long timeoutNanos, ReadyList ready) {
        FdMonitor monitor = monitor();
        try {
            monitor.await(timeoutNanos, ready);
        } catch (SyscallException failed) {
            if (monitor == poll || mode == MonitorMode.EPOLL) {
                throw failed;
            }
            pollForGood = true;
            monitor().await(timeoutNanos, ready);
        }
    }

    /**
     * What the last wait was. Home thread.
     *
     * @return {@code poll} or {@code epoll}
     */
    public String monitorName() {
        return epoll == null ? "poll" : "epoll";
    }

    private FdMonitor monitor() {
        EpollMonitor e = epoll;
        if (pollForGood) {
            if (e != null) {
                drop(e);
            }
            return poll;
        }
        if (e == null && table.size() >= EPOLL_FROM) {
            e = upgrade();
        }
        return e != null ? e : poll;
    }

    private @Nullable EpollMonitor upgrade() {
        table.lock.lock();
        try {
            epoll = new EpollMonitor(table);
        } catch (SyscallException refused) {
            fallBack(refused);
        } finally {
            table.lock.unlock();
        }
        return epoll;
    }

    private void drop(EpollMonitor e) {
        table.lock.lock();
        try {
            epoll = null;
        } finally {
            table.lock.unlock();
        }
        e.close();
    }

    /** Frees what the monitors hold; the descriptors themselves are their owners'. */
    public void close() {
        closed = true;
        EpollMonitor e = epoll;
        if (e != null) {
            drop(e);
        }
    }
}
