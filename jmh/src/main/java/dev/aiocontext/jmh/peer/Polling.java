package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;

/** Whether the library's loop spins a while before it blocks. */
public enum Polling {
    /** It blocks at once. */
    OFF;

    /**
     * Tells a context.
     *
     * @param builder its settings
     * @return the same
     */
    public AioContext.Builder applyTo(AioContext.Builder builder) {
        return builder;
    }
}
