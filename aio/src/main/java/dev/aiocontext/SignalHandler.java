package dev.aiocontext;

/** A callback for a signal. */
@FunctionalInterface
public interface SignalHandler {
    /**
     * Handles the signal. Runs on the home thread.
     *
     * @param signal its number, as in signal(7)
     * @throws Throwable goes to the context's {@link ExceptionHandler}
     */
    void signalled(int signal) throws Throwable;
}
