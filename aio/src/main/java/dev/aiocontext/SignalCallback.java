package dev.aiocontext;

/** What the loop calls when a signal came through its relay. */
@FunctionalInterface
public interface SignalCallback {
    /**
     * Handles the signal.
     *
     * @param signal its number, as in signal(7)
     * @throws Exception goes to the context's exception handler; the loop goes on
     */
    void signalled(int signal) throws Exception;
}
