package dev.aiocontext.stress;

import dev.aiocontext.internal.timer.TimerEntry;
import dev.aiocontext.internal.timer.TimerKind;
import dev.aiocontext.internal.timer.TimerQueue;
import dev.aiocontext.internal.wakeup.Wakeup;
import org.jspecify.annotations.Nullable;

/** A loop around the library's {@link TimerQueue} and {@link Wakeup}; the steps are those of the library. Its time begins at 0. */
final class TimerLoop {
    static final TimerKind EXACT = new TimerKind(0);

    private final Wakeup wakeup = new Wakeup(this::ring);
    final TimerQueue queue = new TimerQueue(wakeup, 0);

    /** A closed queue: a thread that arms a timer by it leaves nothing in it. It costs a test less than a queue of its own. */
    private static final TimerQueue CLOSED = new TimerQueue(new Wakeup(arming -> {}), 0);

    static {
        CLOSED.close();
    }

    /** Plain: threads store the same, and it is read after they have ended. */
    private boolean rung;

    /** Plain: a thread finds itself here if it has stored it, and never by a race. */
    private @Nullable Thread stopping;

    private void ring(long arming) {
        if (Thread.currentThread() == stopping) {
            throw new Stop();
        }
        rung = true;
    }

    static TimerEntry newTimer() {
        return new TimerEntry(EXACT);
    }

    /** Arms a timer, and leaves it to the test to fire it. */
    static void armAlone(TimerEntry timer, long deadline, long period) {
        CLOSED.arm(timer, deadline, period, false);
    }

    void armAtHome(TimerEntry timer, long deadline) {
        queue.arm(timer, deadline, 0, true);
    }

    /** Arms as another thread. Says whether the timer is not closed. */
    boolean arm(TimerEntry timer, long deadline) {
        return queue.arm(timer, deadline, 0, false);
    }

    /** As {@link #arm}, by a thread that gets an Error when it rings. */
    void armAndStop(TimerEntry timer, long deadline) {
        stopping = Thread.currentThread();
        try {
            arm(timer, deadline);
        } catch (Stop expected) {
            return;
        } finally {
            stopping = null;
        }
    }

    /** Announces that it blocks, looks, and blocks. Says until when it sleeps; 0 if it does not. */
    long sleep() {
        wakeup.arm();
        if (queue.isAnnounced()) {
            return 0;
        }
        long wakeAt = queue.wakeAt();
        queue.sleepsUntil(wakeAt);
        return wakeAt;
    }

    /** Has slept, and files what others have armed. */
    void wake() {
        queue.sleepEnds();
        wakeup.disarm();
        queue.accept();
    }

    /** Whether a loop that sleeps until a time wakes up by another. */
    boolean wakesBy(long sleepsUntil, long time) {
        return rung || sleepsUntil <= time;
    }

    /** Fires what is due. Says how many have fired. */
    int fire(long now) {
        int fired = 0;
        if (queue.begin(now)) {
            for (TimerEntry due = queue.takeDue(now); due != null; due = queue.takeDue(now)) {
                fired++;
            }
        }
        return fired;
    }
}
