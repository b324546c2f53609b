package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorChoice;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a context, and what each waits for. Which monitor waits is up to {@link MonitorInUse}.
 *
 * <p><b>Threads.</b> A change: any thread that holds the {@link #lock}. Its caller wakes the loop afterwards, because poll(2)
 * sees a change only when it is called again. {@link #get}, {@link #size} and {@link #monitor}: any. {@link #await} and {@link
 * #close}: the home thread, without the lock. An event that the home thread has received before a change of another thread
 * may be reported after it.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError can end a change at any step. {@link #begin} marks the set
 * before the first step, and {@link #end} takes the mark back after the last, so an Error leaves the mark behind. The next
 * wait that finds it has every entry applied anew, from {@link FdEntry#wanted}: kernel, table and handlers agree again. Epoll
 * then reports each edge again that is still there.
 */
public final class FdSet {
    private final FdTable table = new FdTable();
    private final MonitorInUse monitor;
    private final Interests interests;

    /** Guarded by the lock: numbers of the context's own that have no entry. */
    private final OwnNumbers own = new OwnNumbers();

    /** A change is under way, or an Error has cut one short. Written under the lock. */
    private volatile boolean unsettled;

    /**
     * Opens a set without descriptors.
     *
     * @param mode how to wait
     */
    public FdSet(MonitorMode mode) {
        this(mode, EpollMonitor::new);
    }

    FdSet(MonitorMode mode, Function<FdTable, FdMonitor> epollOpener) {
        monitor = new MonitorInUse(mode, table, epollOpener);
        interests = new Interests(table, monitor);
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

    /** Has the next wait apply every entry anew, as after a change that an Error has cut short. Any thread. */
    public void leaveUnsettled() {
        synchronized (table.lock) { // else the end of a change that is under way would take the mark back
            unsettled = true;
        }
    }

    /**
     * Adds an entry. Under the lock, in a change that has begun.
     *
     * @param entry the entry, in no set, with its handler; the set has none of that descriptor
     * @param interest what to wait for
     * @throws SyscallException if the forced monitor refuses the descriptor: nothing has changed then
     * @throws UnsupportedOperationException if the descriptor cannot be edge-triggered: nothing has changed then
     */
    public void put(FdEntry entry, int interest) {
        interests.put(entry, interest);
    }

    /**
     * Applies what an entry waits for, whatever it waited for before. To be called when its handler is replaced: its number may
     * stand for another file by now, which epoll does not know yet. Under the lock, in a change that has begun.
     *
     * @param entry an entry of this set
     * @param interest what to wait for
     * @throws SyscallException if the forced monitor refuses the descriptor: the entry waits for what it did before
     * @throws UnsupportedOperationException if the descriptor cannot be edge-triggered: the entry waits for what it did before
     */
    public void update(FdEntry entry, int interest) {
        interests.update(entry, interest);
    }

    /**
     * Changes what an entry waits for, by one epoll_ctl(2), or none if the interest is the same. Poll(2) takes no system call.
     * A number that stands for another file by now is waited for anew; one that is closed is reported by the next wait.
     *
     * <p>An interest of {@link FdEntry#SUSPENDED} takes the descriptor from the kernel, so that a hang-up does not make each
     * wait return at once. The next other interest asks for the file that the number stands for by then. What is ready at
     * that moment is reported, also if the entry is edge-triggered. Under the lock, in a change that has begun.
     *
     * @param entry an entry of this set
     * @param interest what to wait for
     * @throws SyscallException if the number of a suspended entry is closed (EBADF), or the forced monitor refuses the
     *     descriptor: the entry waits for what it did before
     * @throws UnsupportedOperationException if the descriptor cannot be edge-triggered: the entry waits for what it did before
     */
    public void change(FdEntry entry, int interest) {
        interests.change(entry, interest);
    }

    /**
     * Removes an entry, whose descriptor may already be closed. The kernel's set goes first: an event of this entry that
     * comes in a wait after the removal is one that the kernel keeps for good. Under the lock.
     *
     * @param entry the entry
     * @return false if it is in the set no more
     */
    public boolean remove(FdEntry entry) {
        return interests.remove(entry);
    }

    /**
     * Asks epoll whether a number still stands for the file that it reports events of. One that is closed is reported by
     * the next wait; one that stands for another file is waited for from now on. Poll(2) knows by itself.
     *
     * @param entry an entry, perhaps removed meanwhile
     */
    public void verify(FdEntry entry) {
        synchronized (table.lock) {
            if (monitor.isEpoll() && table.contains(entry) && !entry.isSuspended()) {
                boolean before = begin();
                monitor.modify(entry);
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
            if (table.contains(entry) && entry.wanted() != entry.interest) {
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
     * Waits for what an entry wants by now, or removes it if it wants to be gone. Under the lock.
     *
     * @param entry an entry of this set
     */
    public void follow(FdEntry entry) {
        int wanted = entry.wanted();
        if (wanted == FdEntry.GONE) {
            interests.remove(entry);
        } else {
            interests.follow(entry, wanted);
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
        return own.contains(fd) || monitor.isOwn(fd);
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
        boolean whole = false;
        try {
            monitor.await(timeoutNanos, ready);
            whole = true;
        } finally {
            if (!whole) { // edges that the kernel has told are lost with the list
                synchronized (table.lock) {
                    unsettled = true;
                }
            }
        }
    }

    /**
     * Says which monitor is in use, and why.
     *
     * @return what the last wait was, or the wait that is under way is
     */
    public MonitorChoice monitor() {
        return monitor.choice();
    }

    /**
     * Frees what the monitors hold; the descriptors themselves are their owners'. Another thread that changes the set meanwhile
     * holds the lock, or finds the set closed.
     */
    public void close() {
        monitor.close();
    }
}
