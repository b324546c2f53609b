package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.CacheLines;
import org.jspecify.annotations.Nullable;

/** Holds what a thread writes with each poll, in cache lines of its own. The thread's. */
abstract class CurrentPoll extends CacheLines {
    /** How many polls are under way, one in a callback of the other, of whatever contexts. */
    int depth;

    /** The context whose poll is the innermost. If no poll is under way, that of the last one, or null. */
    @Nullable
    Object context;

    CurrentPoll() {}
}
