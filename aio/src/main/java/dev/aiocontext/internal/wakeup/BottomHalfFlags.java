package dev.aiocontext.internal.wakeup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a bottom half is scheduled for. Whether it already waits in a queue is told by one {@link QueueMark} for each of the
 * loop's two queues: work that is due, and idle work.
 *
 * <p><b>Threads.</b> {@link #takeDue} and {@link #takeAny}: the home thread. Everything else: any.
 *
 * <p><b>Why no scheduling is lost.</b> The flags are changed by atomic read-modify-writes only, also where nothing changes:
 * {@link QueueMark} builds on their order. The loop takes the flags <em>before</em> it calls: a scheduling that comes before
 * that is answered by this call, which sees what its caller did; one that comes after it pushes again. (Late clearing is
 * QEMU's bug of 2015.)
 *
 * <p><b>Why no scheduling is lost by a suspension.</b> A take that comes after {@link #suspend} takes nothing: the scheduling
 * stays, and its entry is dropped. So {@link #resume} is followed by a push, after its atomic step and never before: the loop
 * may drop an entry until that step. The flags that this very step returns say what to push. A scheduling that came before the
 * step is among them. A scheduling that comes after the step pushes by itself. It pushes also while the bottom half is
 * suspended, because the resume may come in between. What was taken before {@link #suspend} is still called.
 *
 * <p><b>Errors.</b> A scheduling that gets an Error may leave its flag behind with no entry in a queue. That is harmless: the
 * next scheduling pushes, because no mark says that there is an entry. A resume that gets an Error may end the suspension with
 * no entry in a queue, also for a scheduling that had returned. The next scheduling or resume pushes: {@link #resume} says what
 * is scheduled although it was not suspended.
 */
public final class BottomHalfFlags {
    /** The flags of a bottom half that is scheduled for nothing. */
    public static final int NOTHING = 0;

    /** To be called by the next poll. */
    private static final int DUE = 1;
    /** To be called when there is nothing better to do; without effect beside {@link #DUE}. */
    private static final int IDLE = 2;
    /** Never to be called again. */
    private static final int CLOSED = 4;
    /** Not to be called for now: what it is scheduled for stays. */
    private static final int SUSPENDED = 8;

    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(BottomHalfFlags.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    private volatile int flags;

    /** Creates the flags of a bottom half that is not scheduled. */
    public BottomHalfFlags() {}

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        BottomHalfFlags flags = new BottomHalfFlags();
        flags.scheduleIdle();
        flags.schedule();
        flags.takeDue();
        flags.takeAny();
        flags.suspend();
        flags.resume();
        flags.cancel();
        flags.close();
    }

    /** Schedules it for the next poll. It must then be in the queue of work that is due. */
    public void schedule() {
        FLAGS.getAndBitwiseOr(this, DUE);
    }

    /**
     * Schedules it for when there is nothing better to do, unless it is due.
     *
     * @return true if it must then be in the queue of idle work; false if in that of work that is due
     */
    public boolean scheduleIdle() {
        int before;
        do {
            before = flags;
        } while (!FLAGS.weakCompareAndSet(this, before, (before & DUE) != 0 ? before : before | IDLE));
        return (before & DUE) == 0;
    }

    /** Takes the scheduling back. What is in a queue stays there, and is dropped when it is taken. */
    public void cancel() {
        FLAGS.getAndBitwiseAnd(this, ~(DUE | IDLE));
    }

    /**
     * Ends it.
     *
     * @return true for the first
     */
    public boolean close() {
        return ((int) FLAGS.getAndBitwiseOr(this, CLOSED) & CLOSED) == 0;
    }

    /** {@return whether {@link #close} was called} */
    public boolean isClosed() {
        return (flags & CLOSED) != 0;
    }

    /** Keeps what it is scheduled for from being taken. Entries in a queue are dropped when they are taken. */
    public void suspend() {
        FLAGS.getAndBitwiseOr(this, SUSPENDED);
    }

    /**
     * Undoes {@link #suspend}. What it is scheduled for becomes wanted by this step, as if it were scheduled anew: it must then
     * be in a queue, of work that is due if {@link #isDue(int)}, else of idle work if {@link #isScheduled(int)}.
     *
     * @return the flags as they are now
     */
    public int resume() {
        return (int) FLAGS.getAndBitwiseAnd(this, ~SUSPENDED) & ~SUSPENDED;
    }

    /** {@return whether it is suspended} */
    public boolean isSuspended() {
        return (flags & SUSPENDED) != 0;
    }

    /**
     * Says whether an entry in the queue of work that is due would be called.
     *
     * @return false if it was cancelled, suspended or closed
     */
    public boolean isDue() {
        return isDue(flags);
    }

    /**
     * Takes the scheduling for an entry of the queue of work that is due. One that is idle stays: it has an entry elsewhere. So does
     * one that is suspended, until {@link #resume}.
     *
     * @return the flags as they were, for {@link #isDue(int)}
     */
    public int takeDue() {
        int before;
        do {
            before = flags;
        } while (!FLAGS.weakCompareAndSet(this, before, isDue(before) ? before & ~(DUE | IDLE) : before));
        return before;
    }

    /**
     * Takes the scheduling for an entry of the queue of idle work, whatever it is scheduled for. One that is suspended stays.
     *
     * @return the flags as they were, for {@link #isScheduled(int)} and {@link #isDue(int)}
     */
    public int takeAny() {
        int before;
        do {
            before = flags;
        } while (!FLAGS.weakCompareAndSet(this, before, isScheduled(before) ? before & ~(DUE | IDLE) : before));
        return before;
    }

    /** {@return what it is scheduled for, in words} */
    public String describe() {
        int now = flags;
        return (now & DUE) != 0 ? "scheduled" : (now & IDLE) != 0 ? "scheduled as idle" : "not scheduled";
    }

    /**
     * Says whether what was taken is to be called, and is progress.
     *
     * @param flags what {@link #takeDue} or {@link #takeAny} returned
     * @return true if so
     */
    public static boolean isDue(int flags) {
        return (flags & (DUE | CLOSED | SUSPENDED)) == DUE;
    }

    /**
     * Says whether what was taken is to be called.
     *
     * @param flags what {@link #takeAny} returned
     * @return true if so
     */
    public static boolean isScheduled(int flags) {
        return (flags & (DUE | IDLE)) != 0 && (flags & (CLOSED | SUSPENDED)) == 0;
    }
}
