package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorChoice;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Errno;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a context, and the monitor that waits for them.
 *
 * <p>With {@link MonitorMode#AUTO} it is poll(2) below {@link #EPOLL_FROM} descriptors and epoll(7) from there on. While
 * epoll fails, poll takes its place, and epoll is tried again after some waits. A file that epoll refuses because it is
 * always ready is no failure.
 *
 * <p><b>Threads.</b> A change: any thread that holds the {@link #lock}. Its caller wakes the loop afterwards, because poll(2)
 * sees a change only when it is called again. {@link #get}, {@link #size} and {@link #monitor}: any. {@link #await} and {@link
 * #close}: the home thread, without the lock. The monitor in use is replaced under the lock by the home thread, which alone
 * closes one. So no monitor is closed while the home thread waits in it.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError can end a change at any step. {@link #begin} marks the set
 * before the first step, and {@link #end} takes the mark back after the last, so an Error leaves the mark behind. The next
 * wait that finds it has every entry applied anew, from {@link FdEntry#wanted}: kernel, table and handlers agree again.
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

    /** Guarded by the lock: numbers of the context's own that have no entry. */
    private final OwnNumbers own = new OwnNumbers();

    /** Written under the lock, by the home thread. */
    private volatile @Nullable EpollMonitor epoll;

    /** Why epoll is not used at present, though it would be. Written under the lock. */
    private volatile @Nullable SyscallException failure;

    /** A change is under way, or an Error has cut one short. Written under the lock. */
    private volatile boolean unsettled;

    private volatile boolean closed;

    /** The home thread's. */
    private final RetryPause pause = new RetryPause();

    /**
     * Opens a set without descriptors.
     *
     * @param mode how to wait
     */
    public FdSet(MonitorMode mode) {
        this.mode = mode;
        if (mode == MonitorMode.EPOLL) {
            try {
                epoll = new EpollMonitor(table);
            } catch (RuntimeException | Error e) {
                poll.close();
                throw e;
            }
        }
    }

    /**
     * What every change must hold, by {@code synchronized}.
     *
     * @return the lock
     */
    public Object lock() {
        return table.lock;
    }

    /**
     * Begins a change: until {@link #end}, an Error leaves the set marked. Under the lock.
     *
     * @return what to pass to {@link #end}
     */
    public boolean begin() {
        boolean before = unsettled;
        unsettled = true;
        return before;
    }

    /**
     * Ends a change that has been made whole, or has changed nothing. Under the lock.
     *
     * @param before what {@link #begin} returned
     */
    public void end(boolean before) {
        unsettled = before;
    }

    /**
     * Adds an entry. Under the lock.
     *
     * @param entry the entry, in no set, with its handler; the set has none of that descriptor
     * @param interest {@link FdEntry#IN} and {@link FdEntry#OUT}
     * @throws SyscallException if the forced monitor refuses the descriptor: nothing has changed then
     */
    public void put(FdEntry entry, int interest) {
        entry.interest = interest;
        table.put(entry);
        try {
            apply(entry, true);
            refuseAlwaysReady(entry);
        } catch (SyscallException refused) {
            forget(entry);
            table.remove(entry);
            throw refused;
        }
    }

    /**
     * Changes what an entry waits for. To be called also when its handler is replaced: its number may stand for another
     * file by now, which epoll does not know yet. Under the lock.
     *
     * @param entry an entry of this set
     * @param interest {@link FdEntry#IN} and {@link FdEntry#OUT}
     * @throws SyscallException if the forced monitor refuses the descriptor: the entry waits for what it did before
     */
    public void update(FdEntry entry, int interest) {
        int before = entry.interest;
        entry.interest = interest;
        try {
            apply(entry, false);
            refuseAlwaysReady(entry);
        } catch (SyscallException refused) {
            entry.interest = before;
            forget(entry);
            throw refused;
        }
    }

    /**
     * Changes what an entry waits for. Under the lock.
     *
     * @param entry an entry of this set
     * @param interest what to wait for
     */
    public void change(FdEntry entry, int interest) {
        update(entry, interest);
    }

    /** Has the next wait apply all entries anew. */
    public void leaveUnsettled() {
        synchronized (table.lock) {
            unsettled = true;
        }
    }

    private void apply(FdEntry entry, boolean added) {
        EpollMonitor e = epoll;
        if (e != null && failure == null) {
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

    /** Where epoll is forced, a file that it refuses is an error for the caller who registers it. */
    private void refuseAlwaysReady(FdEntry entry) {
        if (mode == MonitorMode.EPOLL && entry.alwaysReady) {
            throw Errno.exception("epoll_ctl", Errno.EPERM, entry.fd());
        }
    }

    private void forget(FdEntry entry) {
        EpollMonitor e = epoll;
        if (e != null) {
            e.forget(entry);
        }
    }

    private void fallBack(SyscallException refused) {
        if (mode == MonitorMode.EPOLL) {
            throw refused;
        }
        failure = refused;
    }

    /**
     * Removes an entry, whose descriptor may already be closed. The kernel's set goes first: an event of this entry that
     * comes in a wait after the removal is one that the kernel keeps for good. Under the lock.
     *
     * @param entry the entry
     * @return false if it is in the set no more
     */
    public boolean remove(FdEntry entry) {
        if (!table.contains(entry)) {
            return false;
        }
        EpollMonitor e = epoll;
        if (e != null && !closed) {
            e.remove(entry);
        }
        poll.remove(entry);
        return table.remove(entry);
    }

    /**
     * Asks epoll whether a number still stands for the file that it reports events of. One that is closed is reported by
     * the next wait; one that stands for another file is waited for from now on. Poll(2) knows by itself.
     *
     * @param entry an entry
     */
    public void verify(FdEntry entry) {
        synchronized (table.lock) {
            EpollMonitor e = epoll;
            if (e != null && failure == null && table.contains(entry)) {
                boolean before = begin();
                try {
                    e.modify(entry);
                } catch (SyscallException refused) {
                    fallBack(refused);
                }
                end(before);
            }
        }
    }

    /**
     * Applies what an entry wants, if that is not what the set waits for: its change was cut short.
     *
     * @param entry an entry, perhaps removed meanwhile
     */
    public void repair(FdEntry entry) {
        synchronized (table.lock) {
            if (table.contains(entry) && (entry.wanted() == 0 || entry.wanted() != entry.interest)) {
                boolean before = begin();
                follow(entry);
                end(before);
            }
        }
    }

    private void settle() {
        synchronized (table.lock) {
            if (unsettled) {
                table.forEach(this::follow);
                unsettled = false; // at last: what fails here is tried again by the next wait
            }
        }
    }

    /**
     * Waits for what an entry wants by now, or removes it if that is nothing. Under the lock.
     *
     * @param entry an entry of this set
     */
    public void follow(FdEntry entry) {
        int wanted = entry.wanted();
        if (wanted == 0) {
            remove(entry);
        } else {
            entry.interest = wanted;
            apply(entry, false);
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
     * Keeps a number without an entry from being registered.
     *
     * @param fd a descriptor of the context's own
     */
    public void reserve(int fd) {
        synchronized (table.lock) {
            own.add(fd);
        }
    }

    /**
     * Says whether a number without an entry is the context's own. Under the lock.
     *
     * @param fd the number
     * @return true if it was reserved, or if it is the epoll descriptor
     */
    public boolean isOwn(int fd) {
        EpollMonitor e = epoll;
        return own.contains(fd) || (e != null && e.fd() == fd);
    }

    /**
     * Visits all entries. Under the lock.
     *
     * @param action what to do with each
     */
    public void forEach(Consumer<FdEntry> action) {
        table.forEach(action);
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
     * @param ready receives what is ready, at most {@link ReadyList#MOST} and those that are always ready
     */
    public void await(long timeoutNanos, ReadyList ready) {
        if (unsettled) {
            settle();
        }
        FdMonitor monitor = inUse();
        try {
            monitor.await(timeoutNanos, ready);
        } catch (SyscallException failed) {
            if (monitor == poll || mode == MonitorMode.EPOLL) {
                throw failed;
            }
            synchronized (table.lock) {
                failure = failed;
            }
            inUse().await(timeoutNanos, ready);
        }
    }

    /**
     * Says which monitor is in use, and why.
     *
     * @return what the last wait was, or the wait that is under way is
     */
    public MonitorChoice monitor() {
        EpollMonitor e = epoll;
        SyscallException failed = failure;
        if (mode != MonitorMode.AUTO) {
            return new MonitorChoice(mode, "MonitorMode." + mode + " is set");
        }
        if (e != null) {
            String files = e.alwaysReady() == 0
                    ? ""
                    : "; " + e.alwaysReady() + " that epoll refuses with EPERM are always ready";
            return new MonitorChoice(MonitorMode.EPOLL, "there were " + EPOLL_FROM + " descriptors or more" + files);
        }
        return new MonitorChoice(
                MonitorMode.POLL,
                failed == null
                        ? "there were fewer than " + EPOLL_FROM + " descriptors at the last poll"
                        : "epoll failed, and is tried again later: " + failed.getMessage());
    }

    private FdMonitor inUse() {
        EpollMonitor e = epoll;
        SyscallException failed = failure;
        if (e != null) {
            if (failed == null) {
                return e;
            }
            drop(e);
        }
        return mode != MonitorMode.POLL && table.size() >= EPOLL_FROM && pause.isOver(failed) ? upgrade() : poll;
    }

    private FdMonitor upgrade() {
        synchronized (table.lock) {
            try {
                EpollMonitor opened = new EpollMonitor(table);
                epoll = opened;
                failure = null;
                return opened;
            } catch (SyscallException refused) {
                fallBack(refused);
                return poll;
            }
        }
    }

    private void drop(EpollMonitor e) {
        synchronized (table.lock) {
            e.close(); // first: an Error leaves it here, closed in part, and the next call goes on
            epoll = null;
        }
    }

    /**
     * Frees what the monitors hold; the descriptors themselves are their owners'. Another thread that changes the set meanwhile
     * holds the lock, or finds the set closed.
     */
    public void close() {
        closed = true;
        try {
            EpollMonitor e = epoll;
            if (e != null) {
                drop(e);
            }
        } finally {
            poll.close();
        }
    }
}
