package dev.aiocontext;

import org.jspecify.annotations.Nullable;

/**
 * Handles the exceptions that callbacks throw. {@link AioContext#current} says in which context a callback failed.
 *
 * <p>A source of a descriptor is suspended before the exception handler is called. Otherwise a level-triggered handler that fails
 * before it reads would be called again at once, for ever. The exception handler may resume the source, or close it.
 *
 * <p>An Error that leaves a poll within a callback is thrown on by that callback, unless it catches it. It is then told once more, with the
 * source of that callback, because that has failed too.
 */
@FunctionalInterface
public interface ExceptionHandler {
    /**
     * Handles a failure. Runs on the home thread. An {@link Error} leaves the poll after this.
     *
     * @param source the source whose callback failed, or the one that it is a part of ({@link OwnedCallback}); null for a task, or for a
     *     fault of the context's own
     * @param failure what it threw
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    void failed(@Nullable Source source, Throwable failure);
}
