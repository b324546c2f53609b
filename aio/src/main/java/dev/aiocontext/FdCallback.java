package dev.aiocontext;

/** What the loop calls when a descriptor is ready. */
@FunctionalInterface
public interface FdCallback {
    /**
     * Handles the descriptor. The loop is level-triggered: as long as the descriptor stays ready, every poll calls this; or polls
     * take turns, if more than 1,024 descriptors are ready. A poll within this does not call it again.
     *
     * @param fd the descriptor
     * @throws Exception goes to the context's exception handler; the loop goes on
     */
    void ready(int fd) throws Exception;
}
