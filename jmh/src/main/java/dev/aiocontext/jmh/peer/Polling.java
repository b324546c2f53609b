package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import java.time.Duration;

/** Whether the library's loop looks for work for a while before it blocks. */
public enum Polling {
    /** It blocks at once. */
    OFF,
    /** It does, as it is by default. */
    ON;

    /**
     * Tells a context.
     *
     * @param builder its settings
     * @return the same
     */
    public AioContext.Builder applyTo(AioContext.Builder builder) {
        return this == OFF ? builder.polling(Duration.ZERO) : builder;
    }
}
