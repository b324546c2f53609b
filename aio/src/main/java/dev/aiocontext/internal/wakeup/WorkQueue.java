package dev.aiocontext.internal.wakeup;

import dev.aiocontext.internal.wakeup.WorkList.Work;
import org.jspecify.annotations.Nullable;

/**
 * The work that the loop has taken and not yet run, first in, first out. It outlives a poll, so that a nested poll works
 * off what the outer ones took before its own. One thread only.
 */
public final class WorkQueue {
    private @Nullable Work first;
    private @Nullable Work last;

    /** Creates an empty queue. */
    public WorkQueue() {}

    /**
     * Appends what a list gave.
     *
     * @param taken linked work, or null for none
     * @return how many pieces were appended
     */
    public int append(@Nullable Work taken) {
        if (taken == null) {
            return 0;
        }
        if (last == null) {
            first = taken;
        } else {
            last.next = taken;
        }
        int count = 1;
        Work end = taken;
        while (end.next != null) {
            end = end.next;
            count++;
        }
        last = end;
        return count;
    }

    /**
     * Removes the first piece. Its link is cleared here, before it can be pushed again.
     *
     * @return the work, or null if there is none
     */
    public @Nullable Work poll() {
        Work work = first;
        if (work != null) {
            first = work.next;
            work.next = null;
            if (first == null) {
                last = null;
            }
        }
        return work;
    }

    /**
     * Says whether there is none.
     *
     * @return true if nothing is left
     */
    public boolean isEmpty() {
        return first == null;
    }
}
