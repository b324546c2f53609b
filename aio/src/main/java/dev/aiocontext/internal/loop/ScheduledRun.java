package dev.aiocontext.internal.loop;

import dev.aiocontext.AioTimer;
import dev.aiocontext.TimerHandler;
import dev.aiocontext.internal.posix.StackRoom;
import dev.aiocontext.internal.wakeup.Link;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScheduledView} owes for a {@link ScheduledCall}: one run, or one after the other. It has a place in the list, and a timer if it
 * has a delay.
 *
 * <p><b>Threads.</b> {@link #run}: the home thread. {@link #start}: the thread that submits. Everything else: a thread that holds the monitor
 * of the view, which guards the state and the timer. The timer is open exactly as long as the run is not gone, so no timer outlives
 * the executor.
 *
 * <p><b>Errors.</b> If the timer of a run that is gone could not be closed, it fires once more, and is closed then. If an Error comes before
 * the run begins, {@link Unfinished} keeps it, and the next iteration goes on with it. Once it has begun, the stack suffices to come to the
 * task. If an Error keeps the run from its end, the next iteration ends it, and fails its future with that Error. The JDK's own steps have
 * the stack that they need.
 */
final class ScheduledRun extends Piece implements TimerHandler {
    /** What {@link AioTimer#armAt} can tell from the past, if it is added to the time: 146 years. */
    private static final long LONGEST = Long.MAX_VALUE >> 1;

    private static final int NEW = 0;
    private static final int PENDING = 1;
    private static final int ACTIVE = 2;
    private static final int GONE = 3;

    private final ScheduledView view;
    private final ScheduledCall<?> call;
    private int state = NEW;
    private @Nullable AioTimer timer;

    /** The home thread's: what has kept a run from its end. */
    private @Nullable Throwable cutShort;

    ScheduledRun(ScheduledView view, ScheduledCall<?> call) {
        this.view = view;
        this.call = call;
    }

    ScheduledCall<?> call() {
        return call;
    }

    /** Makes its timer, if it needs one. */
    void prepare(Timers timers) {
        if (!call.isImmediate()) {
            timer = timers.makeUnattended("scheduled task", false, this);
        }
    }

    boolean isPending() {
        return state == PENDING;
    }

    boolean isActive() {
        return state == ACTIVE;
    }

    void becomePending(Link list) {
        moveToEndOf(list);
        state = PENDING;
    }

    void becomeActive() {
        leave();
        state = ACTIVE;
    }

    /** Nothing is owed any more; the timer is still to be closed. */
    void becomeGone() {
        leave();
        state = GONE;
    }

    /** Closes its timer. Calling it again changes nothing. */
    void closeTimer() {
        if (timer != null) {
            timer.close();
        }
    }

    /**
     * Has the loop run it: at once, or when its time has come.
     *
     * @throws IllegalStateException if it is gone by now
     */
    void start(Inbox inbox) {
        if (timer == null) {
            inbox.execute(this);
        } else {
            arm(timer);
        }
    }

    private void arm(AioTimer unarmed) {
        long now = view.now();
        unarmed.armAt(now + Math.min(call.deadline() - now, LONGEST));
    }

    @Override
    String what() {
        return "task " + call.work().getName() + " of the scheduled executor";
    }

    @Override
    public void fired(AioTimer source, long missed) {
        run();
    }

    /** Runs the task. An interrupt that came before is none of the task's, as in a pool: it is there again after the task. */
    @Override
    public void run() {
        boolean wasInterrupted = Thread.interrupted();
        try {
            StackRoom.requireToWake(); // the JDK forgets a thread that waits for the task right before it wakes it
            Throwable lost = cutShort;
            if (lost != null) {
                call.fail(lost);
                view.end(this);
                cutShort = null; // after the deed
            } else if (view.begin(this)) {
                perform();
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
        call.report();
    }

    private void perform() {
        try {
            boolean again = false;
            try {
                again = call.perform();
            } finally {
                again = view.end(this, again);
            }
            if (again && timer != null) {
                armAgain(timer);
            }
        } catch (RuntimeException | Error e) {
            cutShort = e; // a store only
            throw e;
        }
    }

    private void armAgain(AioTimer fired) {
        try {
            arm(fired);
        } catch (IllegalStateException gone) {
            view.leave(this); // as it has already: cancel() or shutdownNow() has closed the timer just now
        } catch (Error e) {
            call.fail(e); // else it would be pending without a timer
            throw e;
        }
    }
}
