package dev.aiocontext.jmh.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * No timers at all: each operation is one compare-and-set on an object of a timer's size. A handle that any thread may arm pays at least
 * that. So no structure takes less, whatever it does.
 */
final class BareHandles implements TimerSet {
    private static final VarHandle DEADLINE;

    static {
        try {
            DEADLINE = MethodHandles.lookup().findVarHandle(Handle.class, "deadline", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Handle[] handles;

    /** With its header it takes 64 bytes. */
    @SuppressWarnings("unused")
    private static final class Handle {
        private long deadline;
        private long p0, p1, p2, p3, p4;
    }

    BareHandles(int number) {
        handles = Shuffled.of(number, i -> new Handle(), Handle[]::new);
    }

    @Override
    public void renew(int timer) {
        handles[timer] = new Handle();
    }

    @Override
    public void arm(int timer, long delay) {
        set(timer, delay);
    }

    @Override
    public void rearm(int timer, long delay) {
        set(timer, delay);
    }

    @Override
    public void cancel(int timer) {
        set(timer, 0);
    }

    private void set(int timer, long deadline) {
        Handle handle = handles[timer];
        long before = (long) DEADLINE.getOpaque(handle);
        if (!DEADLINE.compareAndSet(handle, before, deadline)) {
            throw new IllegalStateException("another thread has set it");
        }
    }

    @Override
    public void fireDue() {
        // there is nothing that could find out which
    }

    @Override
    public long fired() {
        return 0;
    }

    @Override
    public long nextDeadline() {
        return 0;
    }

    @Override
    public void close() {
        // nothing is held
    }
}
