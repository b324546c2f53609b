package dev.aiocontext;

/** A callback for a descriptor. */
@FunctionalInterface
public interface FdHandler {
    /**
     * Handles what has happened to the descriptor. Runs on the home thread.
     *
     * <p>The loop is level-triggered, unless the interest says otherwise: every poll calls the handler as long as the descriptor
     * stays ready. If more than 1,024 descriptors are ready, polls take turns. A poll within the handler does not call it
     * again. A hang-up stays for ever, so a handler that is told of one closes its source, or suspends it.
     *
     * @param source the source; the handler may change its interest, suspend it, close it, or put another in its place
     * @param events what has happened; empty only if a {@link PollHook} has found work, and the descriptor has told nothing
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the source is suspended
     */
    void ready(FdSource source, FdEvents events) throws Throwable;
}
