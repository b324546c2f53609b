package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.concurrent.TimeUnit;

/** Runs the work that is there, a bounded slice of it in each iteration. Home thread. */
final class Slice {
    /** The greatest number of pieces of work in one iteration: as many as a segment of the queue has. */
    static final int SLICE = 1024;

    /** The time in which an iteration begins pieces of work, if it looks at the clock at all. */
    private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** Pieces of work from one look at the clock to the next, at first, and at the most: a look costs as much as two pieces. */
    private static final int FIRST_STRIDE = 16;

    private static final int LAST_STRIDE = 64;

    private final WorkQueue<Runnable> work;
    private final WorkQueue<Runnable> idleWork;
    private final Callbacks callbacks;
    private final Counters counters;

    /** Up to here, idle work is due: the loop does not wait before due work that a slice, or an Error, left in the queue. */
    private long idleDue;

    /** The entry of a bottom half was taken, and its mark perhaps not: threads would rely on the entry for ever. */
    private boolean untaken;

    private final Unfinished unfinished;

    Slice(Inbox inbox, Callbacks callbacks, Counters counters, Unfinished unfinished) {
        this.unfinished = unfinished;
        this.work = inbox.work;
        this.idleWork = inbox.idleWork;
        this.callbacks = callbacks;
        this.counters = counters;
    }

    /** Says whether there is idle work that has waited already. */
    boolean isIdleWorkDue() {
        return !idleWork.isTaken(idleDue);
    }

    /** Says whether an Error has cut work short that is to be gone on with. */
    boolean hasUnfinished() {
        return !unfinished.isEmpty();
    }

    /**
     * Drops bottom halves that were cancelled from the head of the queue: they are nothing to stay awake for. An Error after the entry has
     * left the queue leaves the bottom half in the list of what is unfinished.
     */
    @SuppressWarnings("ReferenceEquality") // the very same entry
    void dropCancelled() {
        while (work.peek() instanceof BottomHalfWork bottomHalf && bottomHalf.isCancelled()) {
            Piece entry = bottomHalf.lostEntry;
            if (!entry.kept) { // stores only, here and in the end
                entry.kept = true;
                entry.nextUnfinished = unfinished.first;
                unfinished.first = entry;
            }
            long end = work.end();
            work.take(end);
            if (BottomHalfFlags.isDue(bottomHalf.takeDue(end))) {
                bottomHalf.scheduleAgain(); // just now, by a thread that relied on the entry
            }
            if (unfinished.first == entry) {
                unfinished.first = entry.nextUnfinished;
                entry.kept = false;
            }
        }
    }

    /** Runs a slice of the work that is there now; what it queues itself is for the next poll, be that a nested one. */
    boolean run() {
        long end = work.end();
        long idleEnd = idleWork.isEmpty() ? 0 : idleWork.end(); // a look at an empty queue costs less
        long before = counters.asked;
        if (!unfinished.isEmpty()) {
            unfinished.run(callbacks);
        }
        boolean progress = run(work, end, true);
        counters.burst = counters.asked - before > 1;
        if (idleEnd != 0) { // without idle work C2 leaves out what follows, and inlines the rest into a poll
            // A nested poll may have had a later one. And each store may cost pushing threads a miss.
            if (idleEnd > idleDue) {
                idleDue = idleEnd;
            }
            progress |= run(idleWork, idleEnd, false);
        }
        return progress;
    }

    private boolean run(WorkQueue<Runnable> queue, long end, boolean due) {
        boolean progress = false;
        long began = 0;
        int stride = FIRST_STRIDE;
        int look = stride;
        int pieces = 0;
        for (Runnable next = queue.take(end); next != null; next = queue.take(end)) {
            counters.asked++;
            untaken = next instanceof BottomHalfWork;
            try {
                progress |= run(next, end, due);
            } catch (RuntimeException | Error e) { // stores only
                Piece piece = next instanceof Piece own
                        ? own
                        : untaken && next instanceof BottomHalfWork bottomHalf ? bottomHalf.lostEntry : null;
                if (piece != null && !piece.over && !piece.kept) {
                    piece.kept = true;
                    piece.nextUnfinished = unfinished.first;
                    unfinished.first = piece;
                }
                untaken = false; // a poll around this one has taken what it had
                throw e;
            }
            if (++pieces == look) {
                long now = System.nanoTime();
                if (began == 0) {
                    began = now;
                } else if (now - began > SLICE_NANOS || pieces == SLICE) {
                    break;
                } else if (now - began < SLICE_NANOS / 4) {
                    stride = Math.min(LAST_STRIDE, 2 * stride);
                }
                look = Math.min(SLICE, look + stride);
            }
        }
        return progress;
    }

    private boolean run(Runnable next, long end, boolean due) {
        if (next instanceof BottomHalfWork bottomHalf) {
            return due ? runDue(bottomHalf, end) : runIdle(bottomHalf, end);
        }
        callbacks.run(next);
        return !(next instanceof FdWait);
    }

    private boolean runDue(BottomHalfWork bottomHalf, long end) {
        boolean due = BottomHalfFlags.isDue(bottomHalf.takeDue(end));
        untaken = false;
        if (due) {
            callbacks.call(bottomHalf);
        }
        return due;
    }

    /** Says whether it was progress: an idle one is not, but one that became due while it waited here is. */
    private boolean runIdle(BottomHalfWork bottomHalf, long end) {
        int flags = bottomHalf.takeIdle(end);
        untaken = false;
        if (BottomHalfFlags.isScheduled(flags)) {
            callbacks.call(bottomHalf);
        }
        return BottomHalfFlags.isDue(flags);
    }
}
