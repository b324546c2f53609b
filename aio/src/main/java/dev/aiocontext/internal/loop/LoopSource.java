package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import java.util.concurrent.CompletionStage;

/**
 * The life that all sources of a loop share: a name, a place among the living, and a future that tells when it is over.
 *
 * <p><b>Threads.</b> {@link #call}, {@link #isRunning}, {@link #callbackFailed} and {@link #endWithContext}: the home thread.
 * Everything else: any.
 *
 * <p><b>Errors.</b> A {@link #close} that gets an Error may leave {@link #closed} incomplete. Another {@link #close} completes it, and
 * so does the end of the context.
 */
public abstract class LoopSource extends Link implements Source {
    private final Sources sources;
    private final String name;
    private final LoopFuture<Void> closed;

    /** The home thread's: how many calls of the callback are under way, one in a poll of the other. */
    private int running;

    /**
     * Creates a source that is not yet among the living.
     *
     * @param sources the living
     * @param name its name
     */
    LoopSource(Sources sources, String name) {
        this.sources = sources;
        this.name = name;
        this.closed = new LoopFuture<>(sources.home());
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final CompletionStage<Void> closed() {
        return closed.copy();
    }

    @Override
    public final void close() {
        end();
        if (!closed.isDone()) {
            sources.sayFarewell(this);
        }
    }

    /** Closes it for its own part. Calling it again changes nothing. */
    abstract void end();

    /** Closes it because its context ends: there is nothing left to undo. */
    abstract void endWithContext();

    /** Calls the user. */
    abstract void invoke() throws Throwable;

    /** Does what is to be done when the callback has thrown. */
    void callbackFailed() {}

    /** Calls the callback. */
    final void call() throws Throwable {
        running++;
        try {
            invoke();
        } finally {
            running--;
        }
    }

    /** Whether the callback is being called, by the caller of the caller. */
    final boolean isRunning() {
        return running > 0;
    }

    /** Completes {@link #closed}. */
    @SuppressWarnings("NullAway") // there is no other Void
    final void complete() {
        closed.complete(null);
    }

    /** Fails if it is closed. */
    final void requireOpen() {
        if (!isOpen()) {
            throw closedException();
        }
    }

    final IllegalStateException closedException() {
        return new IllegalStateException(this + " is closed");
    }
}
