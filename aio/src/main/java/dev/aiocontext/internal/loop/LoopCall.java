package dev.aiocontext.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A call that the loop makes as a task, and the future of its result.
 *
 * <p><b>Threads.</b> {@link #run}: the home thread. Everything else: any.
 *
 * @param <T> the result
 */
public final class LoopCall<T extends @Nullable Object> extends LoopFuture<T> implements Runnable {
    private static final int QUEUED = 0;
    private static final int BEGUN = 1;
    private static final int CANCELLED = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LoopCall.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Callable<? extends T> work;
    private volatile int state = QUEUED;

    /**
     * Creates a call, to be pushed to the loop.
     *
     * @param home the home thread
     * @param inbox what the call is pushed to
     * @param work what to call
     */
    public LoopCall(Home home, Inbox inbox, Callable<? extends T> work) {
        super(home, inbox);
        this.work = work;
    }

    /** Cancels the call if it has not begun; the loop then completes this in its turn. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return STATE.compareAndSet(this, QUEUED, CANCELLED) || state == CANCELLED;
    }

    @Override
    public void run() {
        if (!STATE.compareAndSet(this, QUEUED, BEGUN)) {
            completeExceptionally(new CancellationException("cancelled before it began"));
            return;
        }
        try {
            complete(work.call());
        } catch (Throwable failure) {
            completeExceptionally(failure);
        }
    }

    @Override
    String what() {
        return "call of " + work.getClass().getName() + " by " + owner();
    }
}
