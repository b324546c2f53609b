package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.ReadyList;

/**
 * Lends the waits of a loop to an outer loop, if there is one ({@link LentWait}).
 *
 * <p><b>Threads.</b> {@link #open}: any, while none polls. Everything else: the home thread.
 *
 * <p><b>Errors.</b> An Error in {@link #lend} or {@link #takeBack} may leave a wait begun; calling one of them again makes it good. An
 * Error in {@link #open} leaves nothing open.
 */
public final class Embedding {
    private final LoopParts parts;
    private final Loop loop;
    private final Waiting waiting;
    private final Counters counters;

    /**
     * Creates it.
     *
     * @param parts the parts of the loop
     * @param loop the loop
     */
    public Embedding(LoopParts parts, Loop loop) {
        this.parts = parts;
        this.loop = loop;
        this.waiting = parts.waiting;
        this.counters = parts.counters;
    }

    /**
     * Has an outer loop wait for this one.
     *
     * @return by which the outer loop waits; open, until it is closed or the loop ends
     * @throws IllegalStateException if there is one already
     * @throws UnsupportedOperationException if poll(2) is forced
     */
    public synchronized LentWait open() {
        if (loop.lent != null) {
            throw new IllegalStateException(parts.home.describe() + " is embedded already");
        }
        LentWait opened = LentWait.open(loop, this, parts);
        loop.lent = opened;
        return opened;
    }

    /** Begins a wait that an outer loop makes; see {@link Waiting#lend}. The hooks are called as callbacks are. */
    long lend() {
        if (counters.depth > 0) {
            askAgainForEdges();
        }
        Current current = loop.current;
        Object before = current.context;
        current.enter(loop.owner);
        counters.depth++;
        try {
            return waiting.lend();
        } catch (Error e) {
            counters.leftByError = counters.polls;
            throw e;
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Has the kernel tell the edges again that the poll around a wait has found and not dispatched: an outer loop sees the kernel alone. */
    private void askAgainForEdges() {
        ReadyList found = loop.readyList();
        if (found.size() > 0) {
            found.clear();
            parts.fdDispatch.tellAgain();
        }
    }

    /** Ends a wait that is lent, if there is one. */
    void takeBack() {
        Current current = loop.current;
        Object before = current.context;
        current.enter(loop.owner);
        counters.depth++;
        try {
            waiting.takeBack();
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Has the loop wait by itself from now on. */
    void end() {
        loop.lent = null;
        takeBack();
    }
}
