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

    /** The home thread's: what the set was told to wait for. Some of it may not be wanted any more. */
    private int told;

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

    /** {@return what the set waits for, and what one more thread wants} It takes no look at the others. */
    int wantedBesides(FdWait wait) {
        told |= wait.interest();
        return told;
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
        int wanted = 0;
        FdWait before = null;
        for (FdWait wait = first; wait != null; wait = wait.next) {
            if (!wait.isFinished()) {
                before = wait;
                wanted |= wait.interest();
            } else if (before == null) {
                first = wait.next;
            } else {
                before.next = wait.next;
            }
        }
        told = wanted; // at last: after an Error, what was told before is too much, and never too little
    }

    /** {@return how many wait and have not been told} */
    int countOpen() {
        int open = 0;
        for (FdWait wait = first; wait != null; wait = wait.next) {
            open += wait.isOpen() ? 1 : 0;
        }
        return open;
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
