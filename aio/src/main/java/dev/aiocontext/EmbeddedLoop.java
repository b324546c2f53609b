package dev.aiocontext;

import dev.aiocontext.internal.loop.LentWait;
import java.util.concurrent.TimeUnit;

/**
 * A context inside another event loop, which waits for it by one descriptor: libuv's {@code uv_backend_fd} and {@code uv_backend_timeout},
 * QEMU's {@code GSource} of an {@code AioContext}. {@link AioContext#embed} makes it.
 *
 * <p>The outer loop calls {@link #prepare} before it waits, waits until {@link #fd} is readable, at most for the time that prepare told,
 * and then calls {@link #dispatch}:
 *
 * <pre>{@code
 * EmbeddedLoop inner = ctx.embed();
 * outer.onReadable(inner.fd(), (source, events) -> inner.dispatch());
 * outer.newHook("inner", wait -> {
 *     if (inner.prepare() == 0) {
 *         wait.doNotSleep(); // optional: the descriptor is readable then
 *     }
 * });
 * }</pre>
 *
 * <p><b>The descriptor alone suffices.</b> From prepare on, it is readable as soon as there is something to do. That is work of any
 * thread, a descriptor that is ready, a timer that is due, and also what prepare itself found. So an outer loop that has no hook
 * before its waits calls prepare once at the beginning and then after each dispatch. The time that prepare returns saves it a look
 * at the descriptor, no more.
 *
 * <p><b>Mistakes are harmless.</b> A second prepare is as good as one. Dispatch without prepare runs an iteration that does not wait, and
 * needs a prepare after it. An outer loop that never dispatches leaves the descriptor readable.
 *
 * <p><b>Errors.</b> A prepare or a dispatch that an {@code Error} leaves makes the descriptor readable, so that the outer loop comes again. The
 * exception handler was told of that Error if a callback threw it. An outer loop that has nobody to throw it to hands it to {@link
 * AioContext#report}, which tells the handler of an Error that it has not heard of.
 *
 * <p><b>The context meanwhile.</b> The thread that calls prepare or dispatch first is the home thread; here it may be a virtual one. It may
 * still call {@link AioContext#poll(boolean)} and {@link AioContext#run}, unless it is virtual and would wait, and afterwards the descriptor
 * is as prepared as it was before. {@link AioContext#stop} makes the descriptor readable, and ends a run, not the outer loop. The outer
 * loop forgets the descriptor before this or the context is closed. A callback may close this, also while prepare, dispatch or a poll calls it.
 *
 * <p><b>Hooks.</b> {@link WaitHook#prepare} is called by prepare. {@link WaitHook#after} is called by the dispatch or the prepare that comes
 * next. If the outer loop's thread changes between prepare and dispatch what a hook looks at, it calls {@link AioContext#wakeup} afterwards, as
 * every other thread does.
 *
 * <p><b>Threads.</b> {@link #fd} and {@link #isOpen}: any. Everything else: the home thread.
 */
public final class EmbeddedLoop implements AutoCloseable {
    private final AioContext context;
    private final LentWait lent;

    EmbeddedLoop(AioContext context, LentWait lent) {
        this.context = context;
        this.lent = lent;
    }

    /**
     * Tells which descriptor the outer loop waits for, level-triggered, to be readable. It stays the same. Nobody reads it, and only this
     * closes it.
     *
     * @return the descriptor
     * @throws IllegalStateException if this is closed
     */
    public int fd() {
        requireOpen();
        return lent.fd();
    }

    /**
     * Prepares a wait of the outer loop.
     *
     * @return for how many nanoseconds the outer loop may wait, if the descriptor does not become readable: 0 not at all, because there is
     *     something to dispatch; -1 for ever
     * @throws IllegalStateException if this or the context is closed, if the calling thread may not poll, or if a hook calls this
     */
    public long prepare() {
        enter();
        try {
            return lent.prepare();
        } finally {
            leaveIfClosed();
        }
    }

    /**
     * Prepares a wait of an outer loop that counts in milliseconds, as poll(2), epoll_wait(2) and GLib do.
     *
     * @return as {@link #prepare}, rounded up
     */
    public int prepareMillis() {
        long nanos = prepare();
        return nanos <= 0
                ? (int) Math.max(-1, nanos)
                : (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos - 1) + 1);
    }

    /**
     * Runs one iteration, which does not wait. What a callback throws goes where {@link AioContext} says; an {@code Error} leaves this.
     *
     * @return true if it made progress, as {@link AioContext#poll(boolean)} tells
     * @throws IllegalStateException if this or the context is closed, or if the calling thread may not poll
     */
    public boolean dispatch() {
        enter();
        try {
            return lent.dispatch();
        } finally {
            leaveIfClosed();
        }
    }

    /** A callback has closed it, and it may be the last call of the outer loop. */
    private void leaveIfClosed() {
        if (!lent.isOpen()) {
            context.leaveToOuterLoop();
        }
    }

    private void enter() {
        requireOpen();
        context.enterFromOuterLoop();
    }

    private void requireOpen() {
        if (!lent.isOpen()) {
            throw new IllegalStateException("the embedding of " + context + " is closed");
        }
    }

    /** {@return whether it is open} The end of the context closes it too. */
    public boolean isOpen() {
        return lent.isOpen();
    }

    /**
     * Ends the embedding and closes the descriptor, which the outer loop has forgotten before. The context then waits by itself again. This gives
     * the context up as the end of {@link AioContext#run} does: another thread may close it. If a callback calls this, the context is given up
     * when prepare or dispatch returns. Closing twice is like closing once.
     *
     * @throws IllegalStateException if the calling thread may not poll
     */
    @Override
    public void close() {
        if (lent.isOpen()) {
            lent.requireRoomToClose();
            context.enterFromOuterLoop();
            try {
                lent.close();
            } finally {
                context.leaveToOuterLoop();
            }
        }
    }

    /** {@return its context and its descriptor, or that it is closed} */
    @Override
    public String toString() {
        return "embedding of AioContext " + context.name() + (isOpen() ? " (fd " + lent.fd() + ")" : " (closed)");
    }
}
