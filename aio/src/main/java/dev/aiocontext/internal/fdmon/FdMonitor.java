package dev.aiocontext.internal.fdmon;

/**
 * Waits for descriptors.
 *
 * <p><b>Threads.</b> {@link #add}, {@link #modify} and {@link #remove}: any thread that holds the lock of the {@link FdSet},
 * also while the home thread waits. {@link #await} and {@link #close}: the home thread, without the lock.
 */
interface FdMonitor {
    /**
     * Starts to wait for an entry.
     *
     * @throws dev.aiocontext.SyscallException if the kernel refuses
     */
    void add(FdEntry entry);

    /** Applies the entry's interest; also after the caller closed the descriptor and opened another of that number. */
    void modify(FdEntry entry);

    /** Stops to wait for an entry, whose descriptor may be closed already. */
    void remove(FdEntry entry);

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
