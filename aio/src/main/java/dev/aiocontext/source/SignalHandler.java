package dev.aiocontext.source;

/** A callback for a signal. */
@FunctionalInterface
public interface SignalHandler {
    /**
     * Handles the signal. Runs on the home thread, so it may do whatever a callback may do.
     *
     * @param source the source, which it may close
     * @param event what has come
     * @throws Throwable goes to the context's {@link dev.aiocontext.ExceptionHandler}. The source stays, and hears of the next signal
     */
    void signalled(SignalSource source, SignalEvent event) throws Throwable;
}
