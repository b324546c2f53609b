package dev.aiocontext.internal.loop;

/**
 * A part of the loop that looks after one kind of event. The loop has those that are in use in an array, so a kind that nobody
 * uses costs nothing. Home thread.
 */
interface Driver {
    /** A wait without an end. */
    long FOR_EVER = -1;

    /** {@return for how many nanoseconds the loop may wait as far as this driver knows: 0 if it has something to do} */
    long longestWait();

    /** {@return whether it has to look for events also while the loop has work} */
    boolean looksWhileBusy();

    /** Receives what the last wait found for it. No callback is called yet. */
    void accept();

    /** Calls what is due; says whether that was progress. */
    boolean dispatch();

    /** Frees what it holds. */
    void close();
}
