package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * The hand-overs that an Error has cut short. The next iteration does not wait, and runs them again; so does the end of the context.
 *
 * <p><b>Threads.</b> The home thread.
 *
 * <p><b>Errors.</b> A caller that catches an Error puts the hand-over into this list by two stores of its own, because a call may lack
 * stack.
 */
final class Unfinished {
    /** The first; {@link Handover#nextUnfinished} leads to the others. */
    @Nullable
    Handover first;

    /** {@return whether there is none} */
    boolean isEmpty() {
        return first == null;
    }

    /** Runs all of them. One that an Error cuts short anew goes back into the list. */
    void run(Callbacks callbacks) {
        for (Handover next = first; next != null; next = first) {
            first = next.nextUnfinished;
            try {
                callbacks.run(next);
            } catch (RuntimeException | Error e) {
                if (!next.over) {
                    next.nextUnfinished = first;
                    first = next;
                }
                throw e;
            }
        }
    }
}
