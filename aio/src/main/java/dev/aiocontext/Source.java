package dev.aiocontext;

import java.util.concurrent.CompletionStage;

/**
 * Something that a context calls back for: a descriptor, a bottom half, a signal. Libuv calls it a handle, GLib a GSource.
 *
 * <p>Every kind of source has the same life. It is open from the moment it is made, until its owner calls {@link #close}, or until
 * its context is closed. While it is suspended, its callback is not called.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public interface Source extends AutoCloseable {
    /**
     * The name that messages and events give the source.
     *
     * @return the name
     */
    String name();

    /**
     * Says whether the source is open.
     *
     * @return false once it is closed, by its owner or with its context
     */
    boolean isOpen();

    /**
     * Keeps the callback from being called until {@link #resume}. Nothing is forgotten meanwhile: a descriptor that is still
     * ready, or a bottom half that was scheduled, has its callback called after that. A timer stays armed, and can be armed and
     * disarmed: see {@link #resume}. A callback that is running goes on. Suspending twice is like suspending once. An event that the kernel
     * tells once may be missed: see {@link FdEvents#PRIORITY}.
     *
     * @throws IllegalStateException if the source is closed
     */
    void suspend();

    /**
     * Undoes {@link #suspend}, however often that was called, and wakes the loop. A timer whose deadline has passed meanwhile fires
     * once. A periodic one is told how many deadlines it has missed, and its later deadlines are where they were.
     *
     * @throws IllegalStateException if the source is closed
     */
    void resume();

    /**
     * Says whether the source is suspended, by {@link #suspend} or because its handler failed (see {@link ExceptionHandler}).
     *
     * @return true if it is open and suspended
     */
    boolean isSuspended();

    /**
     * Ends the source. On the home thread, the callback is not called any more once this returns. On any other thread it may be
     * running, or may just begin: {@link #closed} tells when it is over. A callback may close its own source. Closing
     * twice is like closing once.
     */
    @Override
    void close();

    /**
     * Tells when the callback cannot be running any more, so that what it uses, for instance the descriptor, can be closed.
     *
     * @return a stage that completes on the loop, in an iteration after {@link #close}, or when the context is closed; its future's
     *     {@code join()} on the home thread throws instead of waiting for itself
     */
    CompletionStage<Void> closed();
}
