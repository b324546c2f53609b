package dev.aiocontext.internal.timer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts timers that were closed while they were filed. The wheel still has entries of them, and by these holds what their callbacks hold.
 *
 * <p>It is an estimate that decides when to look, so no ordering is needed: a timer that is met before it is dropped is counted all the same.
 *
 * <p><b>Threads.</b> {@link #add}: any. Everything else: the home thread.
 *
 * <p><b>Errors.</b> A thread that gets an Error does not count its timer.
 */
final class DeadCount {
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(DeadCount.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through COUNT
    private int count;

    /** A sweep has begun for them, which armings may have brought to its end meanwhile. Home thread. */
    private boolean sweeping;

    /** Counts a timer if it is filed. */
    void add(TimerEntry closed) {
        if (closed.filed() != TimerEntry.NEVER) {
            COUNT.getAndAdd(this, 1);
        }
    }

    /** Says whether there are so many that they are worth a sweep, or one that began for that is under way. */
    boolean areToBeSwept(Sweep sweep) {
        return (sweeping && sweep.isUnderWay()) || sweep.isWorth((int) COUNT.getOpaque(this));
    }

    /** Drops them, a bounded part. A sweep that began before they were closed comes to its end first. */
    void sweep(Sweep sweep) {
        if (!sweep.isUnderWay()) {
            sweeping = true;
            reset();
        }
        sweeping &= sweep.hurry();
    }

    /** Counts anew, because a sweep looks at all entries. */
    void reset() {
        COUNT.setOpaque(this, 0);
    }
}
