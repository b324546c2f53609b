package dev.aiocontext;

/** What the loop calls when a descriptor is ready. */
@FunctionalInterface
public interface FdCallback {
    /**
     * Handles the descriptor. The loop is level-triggered: as long as it stays ready, this is called in every poll.
     *
     * @param fd the descriptor
     * @throws Exception goes to the context's exception handler; the loop goes on
     */
    void ready(int fd) throws Exception;
}
