package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.FdEntry;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that threads wait for, and these threads.
 *
 * <p><b>Threads.</b> The home thread changes the list, with the lock of the set. Any thread that holds the lock may read it, and the home
 * thread reads it without.
 */
final class FdWaiters extends FdEntry {
    private @Nullable FdWait first;

    FdWaiters(int fd) {
        super(fd);
    }

    @Override
    protected int wanted() {
        int wanted = GONE;
        for (FdWait wait = first; wait != null; wait = wait.next) {
            if (!wait.isFinished()) {
                wanted = wanted == GONE ? wait.interest() : wanted | wait.interest();
            }
        }
        return wanted;
    }

    /** {@return the first of the list, which {@link FdWait#next} goes on from} */
    @Nullable
    FdWait first() {
        return first;
    }

    void add(FdWait wait) {
        wait.next = first;
        first = wait;
    }

    /** Drops those that have been woken, or have left. One store for each: an Error leaves the list whole. */
    void dropFinished() {
        FdWait before = null;
        for (FdWait wait = first; wait != null; wait = wait.next) {
            if (!wait.isFinished()) {
                before = wait;
            } else if (before == null) {
                first = wait.next;
            } else {
                before.next = wait.next;
            }
        }
    }

    /** {@return one of those that wait and have not been told, or null} */
    @Nullable
    FdWait anyOpen() {
        for (FdWait wait = first; wait != null; wait = wait.next) {
            if (wait.isOpen()) {
                return wait;
            }
        }
        return null;
    }
}
