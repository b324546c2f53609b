package dev.aiocontext.internal.fdmon;

/**
 * Waits for descriptors.
 *
 * <p>A monitor is never told of a {@linkplain FdEntry#SUSPENDED suspended} entry, and passes over those that it finds in the
 * table by itself.
 *
 * <p><b>Threads.</b> {@link #add}, {@link #modify}, {@link #remove} and {@link #fd}: any thread that holds the lock of the
 * {@link FdSet}, also while the home thread waits. {@link #alwaysReady}: any. {@link #await}: the home thread, without the lock.
 * {@link #close}: the home thread, with the lock or when nobody can change the set any more.
 */
interface FdMonitor {
    /**
     * Starts to wait for an entry.
     *
     * @throws dev.aiocontext.SyscallException if the kernel refuses
     */
    void add(FdEntry entry);

    /**
     * Applies the entry's interest; also after the caller closed the descriptor and opened another of that number. It takes
     * one system call at most, if the number still stands for the same file. An edge-triggered entry that is ready is
     * reported once more.
     *
     * @throws dev.aiocontext.SyscallException if the kernel refuses
     */
    void modify(FdEntry entry);

    /** Stops to wait for an entry, whose descriptor may be closed already, or which may be unknown. */
    void remove(FdEntry entry);

    /** {@return the descriptor that this monitor holds itself, or -1} */
    int fd();

    /** {@return how many descriptors it has held itself, one after the other} Home thread. */
    default int sets() {
        return 0;
    }

    /** {@return whether a wait would return at once for something that {@link #fd} does not tell} Any thread. */
    default boolean hasUntold() {
        return false;
    }

    /** {@return how many entries have a file that this monitor cannot wait for, because it is always ready} */
    int alwaysReady();

    /**
     * Waits until a descriptor is ready. A wait that a signal interrupts goes on with what is left of the time.
     *
     * @param timeoutNanos how long; 0 not at all, negative for ever; rounded up to what the kernel offers
     * @param ready receives what is ready; what there is no room for in {@link ReadyList#MOST} comes first in the next wait
     */
    void await(long timeoutNanos, ReadyList ready);

    /** Frees what it holds. Calling it again changes nothing. */
    void close();
}
