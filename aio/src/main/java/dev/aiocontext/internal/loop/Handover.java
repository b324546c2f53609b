package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.StackRoom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * What a thread is parked for until the loop hands it over, once: the result of a call, or the events of a descriptor.
 *
 * <pre>
 *     OPEN ----(loop: begin)----> TAKEN ---(loop: settle)---> SETTLED     the thread gets the outcome
 *       |  \---(loop: settle)-------------------------------> SETTLED
 *       |                           |
 *       +---(thread: giveUp)--------+-----------------------> LEFT        the thread waits no more
 * </pre>
 *
 * <p><b>Threads.</b> {@link #await}: the thread that made this object, which may be a virtual one. {@link #run}, {@link #begin}, {@link
 * #settle} and the plain fields: the home thread.
 *
 * <p><b>Why no thread stays parked.</b> The thread pushes this object through the {@link Inbox}, which wakes the loop as it does for any
 * work, so there is no announcement of a new kind. The loop stores the outcome, then SETTLED, and then gives the thread its permit. The
 * thread looks at the state before each park. So it sees SETTLED, or it consumes a permit that was given after SETTLED and looks again. A
 * permit that some other code consumed was given after SETTLED too, so the next look sees it. No code that may park runs between the
 * look and the park: it could consume the only permit.
 *
 * <p><b>Outcome, interrupt and time-out.</b> All of them are decided by a compare-and-set of one field, so exactly one of them wins. What the
 * loop stored before SETTLED is visible to a thread that sees SETTLED.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError may end {@link #run} at any step. As long as {@link #over} is false, {@link
 * Unfinished} keeps the object, and the next iteration runs it again. So {@link #run} goes on from the state that it finds. The end of the
 * context runs what is left in the same way. An unpark that fails for a platform thread is repeated. For a virtual thread it could not
 * be, so {@link StackRoom} is asked first. For want of memory the JDK repeats it by itself.
 */
abstract class Handover extends Piece {
    private static final int OPEN = 0;
    private static final int TAKEN = 1;
    private static final int SETTLED = 2;
    private static final int LEFT = 3;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Handover.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread waiting = Thread.currentThread();
    private volatile int state = OPEN;

    /** The home thread's: the thread has got its permit after the outcome was settled. */
    private boolean delivered;

    /** Creates one for the calling thread. */
    Handover() {}

    /** {@return the thread that waits} */
    final Thread thread() {
        return waiting;
    }

    /** {@return whether the thread waits, and has not been told} */
    final boolean isOpen() {
        return state == OPEN;
    }

    /** {@return whether the outcome is settled; the thread may still lack its permit} */
    final boolean isSettled() {
        return state == SETTLED;
    }

    /** {@return whether the thread has stopped waiting before it was told} */
    final boolean isLeft() {
        return state == LEFT;
    }

    /** {@return whether the thread was woken, or waits no more} */
    final boolean isFinished() {
        return delivered || state == LEFT;
    }

    /** Takes it: the thread can still leave, and then does not get the outcome. */
    final boolean begin() {
        return STATE.compareAndSet(this, OPEN, TAKEN);
    }

    /**
     * Wakes the thread, once the outcome is stored. Calling it again wakes the thread again, in case that an Error ended the call before.
     *
     * @return false if the thread waits no more
     */
    final boolean settle() {
        if (waiting.isVirtual()) {
            StackRoom.requireToWake();
        }
        int before = state;
        if (before == LEFT || (before != SETTLED && !STATE.compareAndSet(this, before, SETTLED))) {
            return false; // nobody else changes OPEN or TAKEN but the thread that leaves
        }
        LockSupport.unpark(waiting);
        delivered = true; // after the deed
        return true;
    }

    /**
     * Stops waiting, unless the outcome is settled. The thread that waits.
     *
     * @return whether it did
     */
    public final boolean giveUp() {
        int before = state;
        while (before < SETTLED && !STATE.compareAndSet(this, before, LEFT)) {
            before = state; // the loop has just taken it
        }
        return before < SETTLED;
    }

    /**
     * Waits for the outcome.
     *
     * @param nanos for how long at most; negative for ever
     * @return false if the time was over first
     * @throws InterruptedException if the thread was interrupted first
     */
    final boolean await(long nanos) throws InterruptedException {
        long deadline = nanos < 0 ? 0 : System.nanoTime() + nanos;
        while (state != SETTLED) {
            if (waiting.isInterrupted() && giveUp()) {
                Thread.interrupted();
                throw new InterruptedException();
            }
            if (nanos < 0) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                } else if (giveUp()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** {@return the state, for messages} */
    @Override
    public String toString() {
        return getClass().getSimpleName() + " of " + waiting;
    }
}
