package dev.aiocontext.internal.fdmon;

import dev.aiocontext.bindings.linux.linux_h;

/**
 * A descriptor in an {@link FdSet}: extend it with what is to be called.
 *
 * <p><b>Threads.</b> {@link #interest} and {@link #generation} are written under the set's lock and read under it or by
 * the home thread, which may see an older interest for one wait; {@link #alwaysReady} is guarded by the lock; {@link
 * #revents} is the home thread's.
 */
public class FdEntry {
    /** Readable. */
    public static final int IN = linux_h.POLLIN();
    /** Writable. */
    public static final int OUT = linux_h.POLLOUT();
    /** An error; always reported. */
    public static final int ERR = linux_h.POLLERR();
    /** Hung up; always reported. */
    public static final int HUP = linux_h.POLLHUP();
    /** Not open; always reported, by poll only. */
    public static final int NVAL = linux_h.POLLNVAL();

    /** What {@link #wanted} says of an entry that is to leave the set. */
    public static final int GONE = -1;
    /** What {@link #wanted} says of an entry that the kernel is not to be asked about. */
    public static final int SUSPENDED = -2;

    private final int fd;

    /** IN and OUT: what the monitors are told to wait for. */
    volatile int interest;

    /** Tells this entry from an earlier one of the same number. */
    volatile int generation;

    /** Epoll refuses the file, because it has nothing to wait for: a regular file, a directory, /dev/null. */
    boolean alwaysReady;

    private int revents;

    /**
     * Creates an entry in no set.
     *
     * @param fd the descriptor
     */
    public FdEntry(int fd) {
        this.fd = fd;
    }

    /**
     * The descriptor.
     *
     * @return its number
     */
    public final int fd() {
        return fd;
    }

    /**
     * What is to be called. An {@link FdSet} compares it with what it waits for after a change that an Error has cut short.
     * Called under the set's lock.
     *
     * @return {@link #IN} and {@link #OUT}; 0 if the entry is to leave the set
     */
    protected int wanted() {
        return interest;
    }

    /**
     * Sets what is ready, in place of what an earlier wait found and nobody took. Home thread.
     *
     * @param events IN, OUT, ERR, HUP, NVAL, or 0
     */
    public final void setEvents(int events) {
        revents = events;
    }

    /**
     * Takes the events to dispatch; a nested poll that does so leaves none to the outer one. Home thread.
     *
     * @return IN, OUT, ERR, HUP, NVAL, or 0
     */
    public final int takeEvents() {
        int events = revents;
        if (events != 0) {
            revents = 0;
        }
        return events;
    }
}
