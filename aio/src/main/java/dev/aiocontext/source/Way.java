package dev.aiocontext.source;

/**
 * What a route does to get a signal to its sources.
 *
 * <p><b>Threads.</b> {@link #raise} and {@link #awaitEnd}: any. Everything else: any, one at a time, under the lock of {@link HandledSignal}.
 */
interface Way {
    /** Begins to take the signal, before the first source joins. */
    default void begin() {}

    /** Does what one source needs. If this throws, {@link #leave} follows. */
    default void join(SignalWork source) {}

    /** Undoes {@link #join}, also if that has failed or was not called. */
    default void leave(SignalWork source) {}

    /** Gives back what was there before {@link #begin}, also if that has failed or was not called. */
    default void end() {}

    /** Waits for what {@link #end} has begun. Not under the lock, because threads that end may want it. */
    default void awaitEnd() {}

    /** Hands on a signal that has come and that no source was told of. Not before {@link #end}. */
    void raise();
}
