package dev.aiocontext.internal.fdmon;

import dev.aiocontext.SyscallException;
import org.jspecify.annotations.Nullable;

/**
 * Tells when to try epoll again after it failed: after 1,024 waits, then after twice as many each time. It counts waits because a
 * loop that waits seldom gains nothing by epoll. Home thread only.
 */
final class RetryPause {
    private static final int FIRST = 1024;
    private static final int LAST = 1 << 20;

    private @Nullable SyscallException seen;
    private int waitsLeft;
    private int next = FIRST;

    /** Counts a wait; says whether there is no failure, or the pause after the last one is over. */
    @SuppressWarnings("ReferenceEquality") // each failure is an exception of its own
    boolean isOver(@Nullable SyscallException failure) {
        if (failure == null) {
            return true;
        }
        if (failure != seen) {
            seen = failure;
            waitsLeft = next;
            next = Math.min(LAST, 2 * next);
        }
        return --waitsLeft < 0;
    }
}
