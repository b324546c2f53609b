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
 * <p><b>Errors.</b> A change that an Error cuts short is made whole by the next wait: see {@link UnfinishedChanges}.
 */
public final class FdSet {
    private final FdTable table = new FdTable();
    private final MonitorInUse monitor;
    private final Interests interests;
    private final UnfinishedChanges unfinished;

    /** Guarded by the lock: numbers of the context's own that have no entry. */
    private final OwnNumbers own = new OwnNumbers();

    /**
     * Opens a set without descriptors.
     *
     * @param mode how to wait
     */
    public FdSet(MonitorMode mode) {
        this(mode, null);
    }

    FdSet(MonitorMode mode, @Nullable Function<FdTable, FdMonitor> epollOpener) {
        monitor = new MonitorInUse(mode, table, epollOpener);
        interests = new Interests(table, monitor);
        unfinished = new UnfinishedChanges(table, monitor, interests);
    }

    /** {@return the lock that every change must hold, by {@code synchronized}} */
    public Object lock() {
        return table.lock;
    }

    /**
     * Begins a change: until {@link #end}, an Error leaves the set marked. Under the lock.
     *
     * @return what to pass to {@link #end}
     */
    public boolean begin() {
        return unfinished.begin();
    }

    /**
     * Ends a change that has been made whole, or has changed nothing. Under the lock.
     *
     * @param before what {@link #begin} returned
     */
    public void end(boolean before) {
        unfinished.end(before);
    }

    /** Has the next wait apply every entry anew, as after a change that an Error has cut short. Any thread. */
    public void leaveUnsettled() {
        synchronized (table.lock) { // else the end of a change that is under way would take the mark back
            unfinished.any = true;
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
     * wait return at once. The next other interest asks for the file that the number stands for by then. If that is ready
     * at that moment, it is reported, also if the entry is edge-triggered. Under the lock, in a change that has begun.
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
     * Refuses an interest that the set could never wait for. Under the lock.
     *
     * @param entry an entry of this set
     * @param interest what is to be waited for later
     * @throws UnsupportedOperationException if it is edge-triggered, and poll(2) is forced
     */
    public void requirePossible(FdEntry entry, int interest) {
        interests.requirePossible(entry, interest);
    }

    /**
     * Removes an entry, whose descriptor may already be closed. The kernel's set goes first: an event of this entry that
     * comes in a later wait is one that the kernel keeps for good. Under the lock.
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
        unfinished.verify(entry);
    }

    /**
     * Applies what an entry wants, if that is not what the set waits for: its change was cut short. If the entry is edge-triggered and ready,
     * the next wait reports it once more: the caller could not tell what the last wait has reported.
     *
     * @param entry an entry, perhaps removed meanwhile
     */
    public void repair(FdEntry entry) {
        unfinished.repair(entry);
    }

    /**
     * Waits for what an entry wants by now, or removes it if it wants to be gone. Under the lock.
     *
     * @param entry an entry of this set
     */
    public void follow(FdEntry entry) {
        unfinished.follow(entry);
    }

    /**
     * {@return the entry of a descriptor, or null}
     *
     * @param fd the descriptor
     */
    public @Nullable FdEntry get(int fd) {
        return fd < 0 ? null : table.get(fd);
    }

    /**
     * Keeps a number without an entry from being watched.
     *
     * @param fd a descriptor of the context's own
     */
    public void reserve(int fd) {
        synchronized (table.lock) {
            own.add(fd);
        }
    }

    /**
     * Lets a number be watched again.
     *
     * @param fd a descriptor of the context's own that is about to be closed
     */
    public void release(int fd) {
        synchronized (table.lock) {
            own.remove(fd);
        }
    }

    /**
     * Puts epoll into use, and keeps it: if it fails, that is thrown from then on. Any thread, while none waits.
     *
     * @param why why, for {@link #monitor}
     * @return the descriptor of the set, see {@link #epollFd}
     * @throws SyscallException if the kernel refuses to open a set
     * @throws UnsupportedOperationException if poll(2) is forced
     */
    public int keepEpoll(String why) {
        synchronized (table.lock) {
            return monitor.keepEpoll(why);
        }
    }

    /** Undoes {@link #keepEpoll}: poll(2) may take the place of an epoll that fails. */
    public void letEpollGo() {
        synchronized (table.lock) {
            monitor.letEpollGo();
        }
    }

    /** {@return the descriptor of the set that is in use} After {@link #keepEpoll}. Home thread. */
    public int epollFd() {
        return monitor.epollFd();
    }

    /** {@return how many sets epoll has had since it was put into use} A new one has another file. Home thread. */
    public int epollSets() {
        return monitor.epollSets();
    }

    /** {@return whether a wait would return at once for something that epoll's descriptor does not tell} Home thread. */
    public boolean hasUntold() {
        return unfinished.isAny() || monitor.hasUntold();
    }

    /**
     * {@return whether a number without an entry is the context's own: reserved, or that of an epoll set} Under the lock.
     *
     * @param fd the number
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

    /** {@return how many entries there are, suspended ones too} */
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
        if (unfinished.isAny()) {
            unfinished.settle();
        }
        boolean whole = false;
        try {
            monitor.await(timeoutNanos, ready);
            whole = true;
        } finally {
            if (!whole) { // edges that the kernel has told are lost with the list
                synchronized (table.lock) {
                    unfinished.any = true;
                }
            }
        }
    }

    /** {@return the monitor of the last wait, or of the wait that is under way, and why it is in use} */
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
