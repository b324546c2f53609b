package dev.aiocontext;

import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of what a callback throws. {@link AioContext#current} says in which context it was thrown.
 *
 * <p>A source of a descriptor is suspended before this is called. Otherwise a level-triggered handler that fails before it reads
 * would be called again at once, for ever. This handler may resume the source, or close it.
 */
@FunctionalInterface
public interface ExceptionHandler {
    /**
     * Handles a failure. Runs on the home thread. An {@link Error} leaves the poll after this.
     *
     * @param source the source whose callback failed; null for a task, or for a fault of the context's own
     * @param failure what it threw
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    void failed(@Nullable Source source, Throwable failure);
}
