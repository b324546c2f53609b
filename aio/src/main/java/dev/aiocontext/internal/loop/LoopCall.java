package dev.aiocontext.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call that the loop makes as a task, with a future of its result.
 *
 * <p><b>Threads.</b> {@link #run}: the home thread. Everything else: any.
 *
 * <p><b>Errors.</b> The result is kept until the future has it. If an Error comes in between, {@link Unfinished} keeps the call, and the next
 * iteration completes the future.
 *
 * @param <T> the result
 */
public final class LoopCall<T extends @Nullable Object> extends Piece {
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

    private final Result<T> future;
    private volatile int state = QUEUED;

    // The home thread's, once it is pushed. Null as soon as nobody needs them any more.
    private @Nullable Callable<? extends T> work;
    private @Nullable T result;
    private @Nullable Throwable failure;

    /**
     * Creates a call, to be pushed to the loop.
     *
     * @param home the home thread
     * @param inbox what the call is pushed to
     * @param work what to call
     */
    public LoopCall(Home home, Inbox inbox, Callable<? extends T> work) {
        this.work = work;
        this.future = new Result<>(home, inbox, work.getClass(), this);
    }

    private static final class Result<T extends @Nullable Object> extends LoopFuture<T> {
        private final LoopCall<T> call;

        Result(Home home, Inbox inbox, Class<?> work, LoopCall<T> call) {
            super(home, inbox, work);
            this.call = call;
        }

        @Override
        String what() {
            return call.what() + " by " + owner();
        }

        /** Cancels the call if it has not begun; the loop then completes this in its turn. */
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return STATE.compareAndSet(call, QUEUED, CANCELLED) || call.state == CANCELLED;
        }
    }

    /** {@return the future that the loop completes} */
    public CompletableFuture<T> future() {
        return future;
    }

    @Override
    String what() {
        return "call of " + Objects.requireNonNull(future.work).getName();
    }

    @Override
    public void run() {
        if (STATE.compareAndSet(this, QUEUED, BEGUN)) {
            try {
                result = Objects.requireNonNull(work).call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
        } else if (state == CANCELLED && failure == null) {
            failure = new CancellationException("cancelled before it began");
        }
        future.settle(result, failure);
        over = true; // after the deed
        work = null;
        result = null;
        failure = null;
    }
}
