package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Calls what a loop calls while it ends, outside of its iterations, and frees the loop. {@link LoopEnd} has the order.
 *
 * <p><b>Threads.</b> The home thread, which is the thread that closes.
 *
 * <p><b>Errors.</b> An Error of a callback leaves the call, and the rest is still due: {@link LoopEnd} calls again. In {@link #free}, a step that
 * throws does not keep the other steps from being made.
 */
final class LastCalls {
    private final LoopParts parts;
    private final Loop loop;
    private final Counters counters;

    LastCalls(LoopParts parts, Loop loop) {
        this.parts = parts;
        this.loop = loop;
        this.counters = parts.counters;
    }

    /** {@return whether there is work that was accepted, and that has not been run} */
    boolean hasAcceptedWork() {
        return parts.inbox.hasAcceptedWork() || parts.slice.hasUnfinished();
    }

    /** Runs a slice of what is left after {@link Inbox#refuse}. */
    void runAcceptedWork() {
        call(null, null);
    }

    /** Runs work that is in no queue. */
    void run(Runnable work) {
        call(work, null);
    }

    /** Has the producers that the loop has silenced told that it polls no more. */
    void endPolling() {
        Around around = parts.drivers.around();
        PollDriver polls = around == null ? null : around.polls();
        if (polls != null) {
            call(null, polls);
        }
    }

    /** Calls as an iteration does: the work, or the end of polling, or else a slice. */
    private void call(@Nullable Runnable work, @Nullable PollDriver polls) {
        Current current = loop.current;
        Object before = current.context;
        current.enter(loop.owner);
        counters.depth++;
        try {
            if (work != null) {
                parts.callbacks.run(work);
            } else if (polls != null) {
                polls.endAll();
            } else {
                parts.slice.run();
            }
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Frees everything, even if a part of it fails. */
    void free() {
        loop.leave();
        parts.timers.end();
        LentWait lent = loop.lent;
        try {
            if (lent != null) {
                lent.close();
            }
        } finally {
            loop.leave(); // the hooks' last calls have entered it again
            parts.close();
        }
    }
}
