package dev.aiocontext.internal.loop;

import dev.aiocontext.OwnedCallback;
import dev.aiocontext.Source;
import dev.aiocontext.internal.wakeup.Link;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The life that all sources of a loop share: a name, a place among the living, and a future that tells when it is over. A source has
 * the fields for it ({@link ListedSource}), or finds room for them in an object that it is already.
 *
 * <p><b>Threads.</b> {@link #call}, {@link #isRunning}, {@link #callbackFailed} and {@link #endWithContext}: the
 * home thread. Everything else: any.
 *
 * <p><b>Errors.</b> A {@link #close} that gets an Error may leave {@link #closed} incomplete. Another {@link #close} completes it, and
 * so does the end of the context.
 */
public interface LoopSource extends Source {
    /** The number of calls of a source that does not count them. */
    long UNCOUNTED = -1;

    /** {@return its place among the living} */
    Link link();

    /** {@return the living} */
    Sources sources();

    /** {@return what {@link #closed} has handed out, or null} Volatile. */
    @Nullable
    LoopFuture<Void> farewell();

    /**
     * Keeps what {@link #closed} hands out. Hardly anybody asks, so it is made when somebody does. Volatile; the monitor of
     * {@link #sources} guards it.
     *
     * @param future the future
     */
    void setFarewell(LoopFuture<Void> future);

    /** {@return whether the callback is being called, by the caller of the caller} */
    boolean isRunning();

    /** {@return how often the callback was called, or {@link #UNCOUNTED}} Any thread, which sees a recent value. */
    default long calls() {
        return UNCOUNTED;
    }

    /** {@return the time that the calls took, in nanoseconds, if the loop measures them} Any thread. */
    default long nanos() {
        return 0;
    }

    /** {@return the time that the longest call took, in nanoseconds, if the loop measures them} Any thread. */
    default long longest() {
        return 0;
    }

    /**
     * Notes how long a call of the callback took. Home thread.
     *
     * @param time in nanoseconds
     */
    default void took(long time) {}

    /**
     * {@return the source that the user is told of: this one, or what its callback says} Any thread. May throw what the user's callback
     * throws.
     */
    Source owner();

    /**
     * Asks a callback which source it belongs to.
     *
     * @param callback the callback
     * @return its owner; this source if the callback has none
     */
    default Source ownerOf(Object callback) {
        return callback instanceof OwnedCallback owned ? owned.owner() : this;
    }

    /** {@return what the source waits for, in a few words} Any thread. */
    String waitsFor();

    /** Keeps its callback from being called. Doing so again changes nothing. */
    void hold();

    /** Lets its callback be called again, and wakes the loop. Doing so again repairs what an Error has left half done. */
    void letGo();

    @Override
    default void suspend() {
        sources().suspensions().suspend(this);
    }

    @Override
    default void resume() {
        sources().suspensions().resume(this);
    }

    /** Closes it for its own part. Calling it again changes nothing. */
    void end();

    /** Closes it because its context ends: there is nothing left to undo. */
    void endWithContext();

    /**
     * Calls the user.
     *
     * @throws Throwable what the callback throws
     */
    void invoke() throws Throwable;

    /** {@return whether its owner is to close it} The end of a context closes the others without a warning. */
    default boolean isAttended() {
        return true;
    }

    /** Does what is to be done when the callback has thrown. */
    default void callbackFailed() {}

    @Override
    default CompletionStage<Void> closed() {
        LoopFuture<Void> future = askedFor();
        if (!isOpen() && !future.isDone()) {
            sources().sayFarewell(this);
        }
        return future.copy();
    }

    private LoopFuture<Void> askedFor() {
        synchronized (sources()) { // not this: user code may hold the monitor of what it has in hand
            LoopFuture<Void> future = farewell();
            if (future == null) {
                future = sources().newFuture();
                setFarewell(future);
            }
            return future;
        }
    }

    @Override
    default void close() {
        end();
        retire();
    }

    /** To be called once it is closed. Calling it again changes nothing. */
    default void retire() {
        sources().suspensions().leave(this);
        LoopFuture<Void> future = farewell();
        if (future == null) {
            sources().removeUnlessAsked(this);
        } else if (!future.isDone()) {
            sources().sayFarewell(this);
        }
    }

    /** {@return whether somebody has asked for {@link #closed}} */
    default boolean isAskedFor() {
        return farewell() != null;
    }

    /**
     * Calls the callback.
     *
     * @throws Throwable what the callback throws
     */
    void call() throws Throwable;

    /** Completes {@link #closed}. */
    @SuppressWarnings("NullAway") // there is no other Void
    default void complete() {
        LoopFuture<Void> future = farewell();
        if (future != null) {
            future.complete(null);
        }
    }

    /** Fails if it is closed. */
    default void requireOpen() {
        if (!isOpen()) {
            throw closedException();
        }
    }

    /** {@return the exception that says that it is closed} */
    default IllegalStateException closedException() {
        return new IllegalStateException(this + " is closed");
    }
}
