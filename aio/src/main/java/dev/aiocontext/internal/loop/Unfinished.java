package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * The work that an Error has cut short. The next iteration does not wait, and goes on with it; so does the end of the context.
 *
 * <p><b>Threads.</b> The home thread.
 *
 * <p><b>Errors.</b> A caller that catches an Error puts the work into this list by stores of its own, because a call may lack stack.
 */
final class Unfinished {
    /** The first; {@link Piece#nextUnfinished} leads to the others. */
    @Nullable
    Piece first;

    /** {@return whether there is none} */
    boolean isEmpty() {
        return first == null;
    }

    /** Goes on with all of it. What an Error cuts short anew goes back into the list. */
    void run(Callbacks callbacks) {
        for (Piece next = first; next != null; next = first) {
            first = next.nextUnfinished;
            next.kept = false;
            try {
                next.goOn(callbacks);
            } catch (RuntimeException | Error e) {
                if (!next.over && !next.kept) { // stores only
                    next.kept = true;
                    next.nextUnfinished = first;
                    first = next;
                }
                throw e;
            }
        }
    }
}
