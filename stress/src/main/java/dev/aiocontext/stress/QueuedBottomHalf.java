package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.QueueMark;
import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.infra.results.II_Result;

/** A bottom half, a loop and its two queues, around the library's flags and marks; the steps are those of the library. */
final class QueuedBottomHalf {
    final BottomHalfFlags flags = new BottomHalfFlags();
    private final QueueMark due = new QueueMark();
    private final QueueMark idle = new QueueMark();
    private final WorkQueue<QueuedBottomHalf> work = new WorkQueue<>(2);
    private final WorkQueue<QueuedBottomHalf> idleWork = new WorkQueue<>(2);

    /** What it is scheduled for. Plain: a run must see what came before the scheduling that it answers. */
    int data;

    private int seen;
    private int runs;

    /** Returns whether it put it into a queue. */
    boolean schedule() {
        flags.schedule();
        return push(due, work, true);
    }

    boolean scheduleIdle() {
        return flags.scheduleIdle() ? push(idle, idleWork, true) : push(due, work, true);
    }

    void resume() {
        int wanted = flags.resume();
        if (BottomHalfFlags.isDue(wanted)) {
            push(due, work, true);
        } else if (BottomHalfFlags.isScheduled(wanted)) {
            push(idle, idleWork, true);
        }
    }

    /** As {@link #schedule}, by a thread that gets an Error before it can mark what it pushed. */
    void scheduleAndStop() {
        flags.schedule();
        push(due, work, false);
    }

    void scheduleIdleAndStop() {
        if (flags.scheduleIdle()) {
            push(idle, idleWork, false);
        } else {
            push(due, work, false);
        }
    }

    private boolean push(QueueMark mark, WorkQueue<QueuedBottomHalf> queue, boolean marks) {
        long ticket = mark.ticket();
        boolean pushes = !mark.isQueued(ticket);
        if (pushes) {
            queue.push(this);
            if (marks) {
                mark.pushed(ticket);
            }
        }
        return pushes;
    }

    /** An iteration. */
    void poll() {
        long end = work.end();
        long idleEnd = idleWork.end();
        while (work.take(end) != null) {
            if (due.take(end) && BottomHalfFlags.isDue(flags.takeDue())) {
                run();
            }
        }
        while (idleWork.take(idleEnd) != null) {
            if (idle.take(idleEnd) && BottomHalfFlags.isScheduled(flags.takeAny())) {
                run();
            }
        }
    }

    private void run() {
        seen = data;
        runs++;
    }

    /** Polls until nothing is left, and says what the last run saw, and how many there were. */
    void end(II_Result r) {
        poll();
        r.r1 = seen;
        r.r2 = runs;
    }
}
