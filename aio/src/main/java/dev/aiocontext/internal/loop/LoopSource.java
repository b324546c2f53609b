package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

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

    /** What {@link #closed} has handed out. Hardly anybody asks, so it is made when somebody does. */
    private volatile @Nullable LoopFuture<Void> closed;

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
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final CompletionStage<Void> closed() {
        LoopFuture<Void> future = askedFor();
        if (!isOpen() && !future.isDone()) {
            sources.sayFarewell(this);
        }
        return future.copy();
    }

    private synchronized LoopFuture<Void> askedFor() {
        LoopFuture<Void> future = closed;
        if (future == null) {
            future = sources.newFuture();
            closed = future;
        }
        return future;
    }

    @Override
    public final void close() {
        end();
        retire();
    }

    /** To be called once it is closed. Calling it again changes nothing. */
    final void retire() {
        LoopFuture<Void> future = closed;
        if (future == null) {
            sources.removeUnlessAsked(this);
        } else if (!future.isDone()) {
            sources.sayFarewell(this);
        }
    }

    /** Whether somebody has asked for {@link #closed}. */
    final boolean isAskedFor() {
        return closed != null;
    }

    /** Closes it for its own part. Calling it again changes nothing. */
    abstract void end();

    /** Closes it because its context ends: there is nothing left to undo. */
    abstract void endWithContext();

    /** Calls the user. */
    abstract void invoke() throws Throwable;

    /** Whether its owner is to close it. The end of a context closes the others without a warning. */
    boolean isAttended() {
        return true;
    }

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
        LoopFuture<Void> future = closed;
        if (future != null) {
            future.complete(null);
        }
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
