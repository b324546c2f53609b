package dev.aiocontext.jmh.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The least there can be in Java: a slot for one task, and a thread that parks or spins until something is in it. Its
 * caller must not hand it a task before the last one has run.
 */
public final class SlotLoop implements TaskLoop {
    private static final VarHandle SLOT;

    static {
        try {
            SLOT = MethodHandles.lookup().findVarHandle(SlotLoop.class, "slot", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final boolean spins;
    private final Thread thread;

    private volatile @Nullable Runnable slot;

    /** The thread's own. */
    private boolean stopped;

    /**
     * Starts the thread.
     *
     * @param spins whether it spins, or parks
     */
    public SlotLoop(boolean spins) {
        this.spins = spins;
        thread = Thread.ofPlatform().name("slot").start(this::run);
    }

    @Override
    public void execute(Runnable task) {
        if (spins) {
            SLOT.setRelease(this, task);
        } else {
            slot = task;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!stopped) {
            Runnable task = (Runnable) SLOT.getAcquire(this);
            if (task == null) {
                await();
            } else {
                SLOT.setOpaque(this, (Runnable) null); // before it runs: its caller may put the next there then
                task.run();
            }
        }
    }

    private void await() {
        if (spins) {
            Thread.onSpinWait();
        } else {
            LockSupport.park(this);
        }
    }

    @Override
    public void close() {
        while (slot != null) {
            Thread.onSpinWait();
        }
        execute(() -> stopped = true);
        Threads.join(thread);
    }
}
