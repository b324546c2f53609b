package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import org.jspecify.annotations.Nullable;

/**
 * Work that the loop goes on with if an Error cuts it short. {@link #run} does what is left to do, so it may be called again.
 *
 * <p><b>Threads.</b> The fields: the home thread.
 */
abstract class Piece extends Link implements Runnable {
    /** {@link #run} has done all that it was pushed for. */
    boolean over;

    /** It is in the list of {@link Unfinished}. */
    boolean kept;

    /** The next in that list. */
    @Nullable
    Piece nextUnfinished;

    Piece() {}

    /** Tells what it does for the user, in words. No object of the user's is asked, because its {@code toString} might throw. */
    abstract String what();

    /** Does what an Error has left to do. */
    void goOn(Callbacks callbacks) {
        callbacks.run(this);
    }
}
