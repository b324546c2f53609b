package dev.aiocontext;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a bottom half is in a queue, and what becomes of it when it is taken off. Apart from {@link BottomHalfWork} so that
 * stress tests run this very class.
 *
 * <p><b>Threads.</b> {@link #take}: the home thread, and whoever could not push. Everything else: any.
 *
 * <p><b>Why no scheduling is lost.</b> The flags are changed by atomic read-modify-writes only. Whoever turns PENDING on
 * pushes; so a bottom half is in one queue at most, and once. The loop turns PENDING off <em>before</em> it calls: a schedule()
 * that still finds it on comes before that in the order of the flags, so the callback sees what its caller did; one that
 * comes after pushes again. (Late clearing is QEMU's bug of 2015.)
 */
final class BottomHalfFlags {
    /** In a queue. */
    private static final int PENDING = 1;
    /** To be called when the queue is worked off; cancelling takes it away. */
    private static final int SCHEDULED = 2;
    /** No progress. */
    private static final int IDLE = 4;
    /** Never to be called again. */
    private static final int DELETED = 8;

    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(BottomHalfFlags.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int flags;

    /** What is left to do for who scheduled it. */
    enum Then {
        /** It is in a queue. */
        NOTHING,
        /** It is in none: push it. */
        PUSH,
        /** It is among the idle ones, and the loop may wait 10 ms before it looks at them: wake it. */
        WAKE
    }

    Then schedule() {
        int before;
        do {
            before = flags;
        } while (!FLAGS.weakCompareAndSet(this, before, (before | PENDING | SCHEDULED) & ~IDLE));
        if ((before & PENDING) == 0) {
            return Then.PUSH;
        }
        return (before & IDLE) == 0 ? Then.NOTHING : Then.WAKE;
    }

    /** True if it is in no queue: push it to the idle ones. */
    boolean scheduleIdle() {
        int before;
        int after;
        do {
            before = flags;
            after = before | SCHEDULED | ((before & PENDING) == 0 ? PENDING | IDLE : 0);
        } while (!FLAGS.weakCompareAndSet(this, before, after));
        return (before & PENDING) == 0;
    }

    /** After it was pushed to the idle ones: whether schedule() came in between, so that it is not to wait there. */
    boolean isToWake() {
        return (flags & (PENDING | IDLE)) == PENDING;
    }

    void cancel() {
        FLAGS.getAndBitwiseAnd(this, ~SCHEDULED);
    }

    /** True for the first. */
    boolean delete() {
        return ((int) FLAGS.getAndBitwiseOr(this, DELETED) & DELETED) == 0;
    }

    boolean isDeleted() {
        return (flags & DELETED) != 0;
    }

    /** To be called when it is taken off its queue: makes it free to be scheduled again. */
    int take() {
        return (int) FLAGS.getAndBitwiseAnd(this, ~(PENDING | SCHEDULED | IDLE));
    }

    static boolean isToBeCalled(int flags) {
        return (flags & (SCHEDULED | DELETED)) == SCHEDULED;
    }

    static boolean isProgress(int flags) {
        return (flags & IDLE) == 0;
    }
}
