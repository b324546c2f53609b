package dev.aiocontext.internal.loop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a loop calls around its waits, if anything. The loop reads it once for each wait.
 *
 * @param hooks what calls the hooks before each wait and after it
 * @param polls what calls the hooks of sources that are polled in user space
 */
record Around(@Nullable HookDriver hooks, @Nullable PollDriver polls) {
    /** Prepares a wait; says whether sources are polled in user space. */
    boolean prepare() {
        if (polls != null) {
            polls.requireMayPoll();
        }
        if (hooks != null) {
            hooks.prepare();
        }
        return polls != null;
    }

    /** {@return what polls sources in user space} If there is any. */
    PollDriver requirePolls() {
        return Objects.requireNonNull(polls);
    }

    /** {@return whether one of them is being called} */
    boolean isCalling() {
        return (hooks != null && hooks.isCalling()) || (polls != null && polls.isCalling());
    }
}
