package dev.aiocontext.source;

/** A callback of an {@link InotifyWatch}. */
@FunctionalInterface
public interface InotifyHandler {
    /**
     * Handles an event. Runs on the home thread. A poll within the handler calls those of other watches, and not this one again.
     *
     * @param watch the watch; the handler may suspend or close it
     * @param event what has happened
     * @throws Throwable goes to the context's {@link dev.aiocontext.ExceptionHandler}, with a source of the watch's name. The event
     *     counts as told, and the watch goes on with the next one
     */
    void handle(InotifyWatch watch, InotifyEvent event) throws Throwable;
}
