package dev.aiocontext;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bottom half: its flags, and what it calls.
 *
 * <p><b>Threads.</b> As {@link BottomHalf}; {@link #takeFlags} and {@link #run}: the home thread.
 *
 * <p><b>Why no scheduling is lost.</b> The flags are changed by atomic read-modify-writes only. Whoever turns PENDING on
 * pushes; so a bottom half is in one queue at most, and once. The loop turns PENDING off <em>before</em> it calls: a schedule()
 * that still finds it on comes before that in the order of the flags, so the callback sees what its caller did; one that
 * comes after pushes again. (Late clearing is QEMU's bug of 2015.)
 */
final class BottomHalfWork implements BottomHalf, Runnable {
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
            FLAGS = MethodHandles.lookup().findVarHandle(BottomHalfWork.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final AioContext context;
    private final String name;
    private final Runnable callback;

    private volatile int flags;

    BottomHalfWork(AioContext context, String name, Runnable callback) {
        this.context = context;
        this.name = name;
        this.callback = callback;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void schedule() {
        requireAlive();
        int before;
        do {
            before = flags;
        } while (!FLAGS.weakCompareAndSet(this, before, (before | PENDING | SCHEDULED) & ~IDLE));
        if ((before & PENDING) == 0) {
            requirePushed(context.push(this));
        } else if ((before & IDLE) != 0) {
            context.wakeupIfOpen(); // it waits among the idle ones, for up to 10 ms
        }
    }

    @Override
    public void scheduleIdle() {
        requireAlive();
        int before;
        int after;
        do {
            before = flags;
            after = before | SCHEDULED | ((before & PENDING) == 0 ? PENDING | IDLE : 0);
        } while (!FLAGS.weakCompareAndSet(this, before, after));
        if ((before & PENDING) == 0) {
            requirePushed(context.pushIdle(this));
        }
    }

    private void requirePushed(boolean pushed) {
        if (!pushed) {
            takeFlags();
            throw AioContext.closedException();
        }
    }

    @Override
    public void cancel() {
        FLAGS.getAndBitwiseAnd(this, ~SCHEDULED);
    }

    @Override
    public void delete() {
        if (((int) FLAGS.getAndBitwiseOr(this, DELETED) & DELETED) == 0) {
            context.forget(this);
        }
    }

    private void requireAlive() {
        if ((flags & DELETED) != 0) {
            throw new IllegalStateException("bottom half " + name + " is deleted");
        }
    }

    /** To be called when it is taken off its queue: makes it free to be scheduled again. */
    int takeFlags() {
        return (int) FLAGS.getAndBitwiseAnd(this, ~(PENDING | SCHEDULED | IDLE));
    }

    static boolean isToBeCalled(int flags) {
        return (flags & (SCHEDULED | DELETED)) == SCHEDULED;
    }

    static boolean isProgress(int flags) {
        return (flags & IDLE) == 0;
    }

    @Override
    public void run() {
        callback.run();
    }

    @Override
    public String toString() {
        return "bottom half " + name;
    }
}
