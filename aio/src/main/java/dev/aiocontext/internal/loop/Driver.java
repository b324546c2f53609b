package dev.aiocontext.internal.loop;

/**
 * A part of the loop that looks after one kind of event. The loop has those that are in use in an array, so a kind that nobody
 * uses costs nothing. Home thread.
 */
interface Driver {
    /** A wait without an end. */
    long FOR_EVER = -1;

    /**
     * Tells how long the loop may wait as far as this driver knows.
     *
     * @return for how many nanoseconds it may wait; 0 if there is something to do, negative for ever
     */
    long longestWait();

    /**
     * Tells how far a clock that skips idle time may jump as far as this driver knows. Asked after {@link #longestWait}.
     *
     * @return by how many nanoseconds; negative if it knows of no deadline
     */
    default long longestSkip() {
        return FOR_EVER;
    }

    /** {@return whether it has to look for events also while the loop has work} */
    default boolean looksWhileBusy() {
        return false;
    }

    /** {@return whether another thread has handed it something} The loop asks while it polls adaptively. */
    default boolean isAnnounced() {
        return false;
    }

    /** Hears that the loop is about to block, for as long as {@link #longestWait} said just now. */
    default void blocks() {}

    /** {@return how many descriptors it has added to the loop's since it is in use} Asked after {@link #blocks}. */
    default int descriptors() {
        return 0;
    }

    /** Hears that the loop does not block any more. It comes before the loop blocks again, also after an Error. */
    default void wakes() {}

    /** Receives what the last wait found for it. No callback is called yet. */
    default void accept() {}

    /** Calls what is due; says whether that was progress. */
    default boolean dispatch() {
        return false;
    }

    /** Frees what it holds. */
    default void close() {}
}
