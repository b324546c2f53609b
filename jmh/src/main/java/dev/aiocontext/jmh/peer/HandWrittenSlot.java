package dev.aiocontext.jmh.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A loop by hand with a slot for one task. One asker, who waits until its task has run. */
final class HandWrittenSlot extends HandWrittenLoop {
    private static final VarHandle SLOT;

    static {
        try {
            SLOT = MethodHandles.lookup().findVarHandle(HandWrittenSlot.class, "slot", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Runnable slot;

    @Override
    void put(Runnable task) {
        SLOT.setRelease(this, task);
    }

    @Override
    @Nullable
    Runnable take() {
        Runnable task = (Runnable) SLOT.getAcquire(this);
        if (task != null) {
            SLOT.setOpaque(this, (Runnable) null); // before it runs: its caller may put the next there then
        }
        return task;
    }

    @Override
    boolean isEmpty() {
        return slot == null;
    }

    @Override
    public void close() {
        while (slot != null) {
            Thread.onSpinWait();
        }
        super.close();
    }
}
