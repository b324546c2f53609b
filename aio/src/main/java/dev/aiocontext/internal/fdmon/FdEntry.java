package dev.aiocontext.internal.fdmon;

import dev.aiocontext.bindings.linux.linux_h;

/**
 * A descriptor in an {@link FdSet}: extend it with what is to be called.
 *
 * <p>An <em>interest</em> is what an entry waits for: {@link #IN}, {@link #PRI}, {@link #OUT}, {@link #RDHUP} and {@link #ET} in
 * any combination, or {@link #SUSPENDED}. The kernel reports {@link #ERR} and {@link #HUP} whatever the interest is, also if it
 * is 0. The numbers of poll(2) and epoll_ctl(2) are the same on both architectures.
 *
 * <p><b>Threads.</b> {@link #interest} and {@link #generation} are written under the set's lock. They are read under it, or by the
 * home thread, which may see an older interest for one wait. {@link #alwaysReady} and {@link #foundClosed} are guarded by the
 * lock. {@link #revents} is the home thread's.
 */
public class FdEntry {
    /** The descriptor is readable. */
    public static final int IN = linux_h.POLLIN();
    /** An exceptional condition: urgent data of TCP, a change of a file in /proc or /sys. */
    public static final int PRI = linux_h.POLLPRI();
    /** The descriptor is writable. */
    public static final int OUT = linux_h.POLLOUT();
    /** The peer of a stream socket has left, or will write no more. */
    public static final int RDHUP = linux_h.POLLRDHUP();
    /** An interest only: events are reported when they happen, and not for as long as they last. Epoll alone has it. */
    public static final int ET = linux_h.EPOLLET();
    /** There is an error. It is always reported. */
    public static final int ERR = linux_h.POLLERR();
    /** The other end has hung up. It is always reported. */
    public static final int HUP = linux_h.POLLHUP();
    /** The number is not open. It is always reported. Epoll's monitor reports it when a system call finds the number closed. */
    public static final int NVAL = linux_h.POLLNVAL();

    /** The loop itself has found something. No monitor reports it, and no interest asks for it. */
    public static final int FOUND = 1 << 30;

    /** In place of a wanted interest: the entry is to leave the set. */
    public static final int GONE = -1;

    /** In place of an interest: the entry stays in the set, and the kernel is not asked about it. */
    public static final int SUSPENDED = -2;

    private final int fd;

    /** What the monitors are told to wait for, or {@link #SUSPENDED}. */
    int interest;

    /** Distinguishes this entry from an earlier one of the same number. */
    volatile int generation;

    /** Epoll refuses the file, because it has nothing to wait for: a regular file, a directory, /dev/null. */
    boolean alwaysReady;

    /** Epoll found the number closed. */
    boolean foundClosed;

    private int revents;

    /**
     * Creates an entry in no set.
     *
     * @param fd the descriptor
     */
    public FdEntry(int fd) {
        this.fd = fd;
    }

    /** {@return the number of the descriptor} */
    public final int fd() {
        return fd;
    }

    /**
     * Tells what the entry is to wait for. After a change that an Error has cut short, an {@link FdSet} compares it with what the
     * entry waits for. Called under the set's lock.
     *
     * @return an interest, or {@link #GONE}
     */
    protected int wanted() {
        return interest;
    }

    /** {@return a number that is another one when epoll has found that the entry's number stands for another file} Under the set's lock. */
    public final int generation() {
        return generation;
    }

    /** Says whether the kernel is not to be asked about this entry. */
    boolean isSuspended() {
        return interest == SUSPENDED;
    }

    /** Says whether an interest is edge-triggered. */
    static boolean isEdgeTriggered(int interest) {
        return (interest & ET) != 0 && interest != SUSPENDED && interest != GONE;
    }

    /**
     * Sets what is ready, in place of what an earlier wait found and nobody took. Home thread.
     *
     * @param events IN, PRI, OUT, RDHUP, ERR, HUP, NVAL, or 0
     */
    public final void setEvents(int events) {
        revents = events;
    }

    /** Says whether there are events that nobody has taken. Home thread. */
    boolean hasEvents() {
        return revents != 0;
    }

    void addFound() {
        revents |= FOUND;
    }

    /**
     * Takes the events to dispatch; a nested poll that does so leaves none to the outer one. Home thread.
     *
     * @return IN, PRI, OUT, RDHUP, ERR, HUP, NVAL, FOUND, or 0
     */
    public final int takeEvents() {
        int events = revents;
        if (events != 0) {
            revents = 0;
        }
        return events;
    }
}
