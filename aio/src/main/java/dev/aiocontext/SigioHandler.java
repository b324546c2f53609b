package dev.aiocontext;

/** A callback for the signals that come through a relay. */
@FunctionalInterface
public interface SigioHandler {
    /**
     * Handles SIGIO. Runs on the home thread.
     *
     * @param signal its number, as in signal(7)
     * @throws Throwable goes to the context's {@link ExceptionHandler}
     */
    void signalled(int signal) throws Throwable;
}
