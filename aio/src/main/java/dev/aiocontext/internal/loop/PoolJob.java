package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work for the thread pool, from its submission until its future is completed.
 *
 * <p>A job is in a list all this time, so closing a context finds it there without any help:
 * <ol>
 *   <li>QUEUED: in the queue of {@link PoolWorkers}.
 *   <li>BEGUN: a worker does it. It is among the outcomes from here on.
 *   <li>DONE: its result is known, or it is cancelled. The worker pushes the job to the loop.
 *   <li>COMPLETED: the loop has completed its future, and has taken it off the list.
 * </ol>
 *
 * <p><b>Threads.</b> {@link #cancel}: any. {@link #begin} and {@link #perform}: the worker. {@link #run}: the home thread. The
 * monitor of the list of outcomes guards all fields. The way from QUEUED to another state also needs the monitor of {@link
 * PoolWorkers}, which is taken first.
 *
 * <p><b>Errors.</b> A state changes by plain stores, after the last call that can fail. So every step either happens as a whole, or
 * the state before it holds. A push to the loop comes before the stores (cancelling), or is repeated by the worker until it
 * succeeds. The loop may therefore find a job twice, or one that was not cancelled after all: {@link #run} skips these. If an Error keeps
 * the loop from completing the future, the job stays DONE, and {@link Unfinished} keeps it for the next iteration.
 *
 * @param <T> the result
 */
public final class PoolJob<T extends @Nullable Object> extends Piece {
    // Constants of the compiler only: a class whose initializer got an Error would be unusable ever after.
    private static final int QUEUED = 0;
    private static final int BEGUN = 1;
    private static final int DONE = 2;
    private static final int COMPLETED = 3;

    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LONGEST_PAUSE_NANOS = 100_000_000;

    private final PoolWorkers workers;
    private final Link outcomes;
    private final Class<?> workClass;
    private int state = QUEUED;

    // Null as soon as nobody needs them any more: a request that the user keeps does not keep these.
    private @Nullable Callable<? extends T> work;
    private @Nullable Result<T> future;
    private @Nullable T result;
    private @Nullable Throwable failure;

    /**
     * Creates a job that is in no list.
     *
     * @param workers the pool
     * @param work the work
     */
    public PoolJob(PoolWorkers workers, Callable<? extends T> work) {
        this.workers = workers;
        this.outcomes = workers.outcomes;
        this.work = work;
        this.workClass = work.getClass();
        this.future = new Result<>(workers, workClass, this);
    }

    /** The future of the user. It lets go of the job as soon as it is completed. */
    private static final class Result<T extends @Nullable Object> extends LoopFuture<T> {
        private volatile @Nullable PoolJob<T> job;
        private volatile boolean cancelled;

        Result(PoolWorkers workers, Class<?> work, PoolJob<T> job) {
            super(workers.home, workers.inbox, work);
            this.job = job;
        }

        @Override
        String what() {
            return "call of " + Objects.requireNonNull(work).getName() + " by the thread pool of " + owner();
        }

        /** Cancels the work if it has not begun; the loop then completes this. */
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            PoolJob<T> waiting = job;
            if (waiting != null && waiting.cancel()) {
                cancelled = true;
            }
            return cancelled || isCancelled();
        }
    }

    /** {@return the future that the loop completes} To be called before the job is submitted. */
    public CompletableFuture<T> future() {
        return Objects.requireNonNull(future);
    }

    /** Marks it as begun, and moves it from the queue to the outcomes. The caller holds the monitor of the workers. */
    void begin() {
        synchronized (outcomes) {
            moveToEndOf(outcomes);
            state = BEGUN;
        }
    }

    /** Does the work, and hands its result to the loop. */
    void perform() {
        T returned = null;
        Throwable thrown = null;
        try {
            returned = Objects.requireNonNull(work).call();
        } catch (Throwable t) {
            thrown = t;
        }
        Thread.interrupted(); // an interrupt that the work has left behind is not the next one's
        synchronized (outcomes) {
            work = null;
            result = returned;
            failure = thrown;
            state = DONE;
        }
        push();
    }

    /**
     * Pushes the job to the loop, again and again if that fails. Nobody else would: the loop may be asleep, and the caller of
     * submit is gone. A context that is closing looks for the outcome itself.
     */
    private void push() {
        Throwable problem = null;
        long pause = FIRST_PAUSE_NANOS;
        while (isDone() && (problem == null || !workers.isShutDown())) {
            try {
                workers.inbox.push(this);
                break;
            } catch (RuntimeException | Error e) {
                problem = e;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
        if (problem != null) {
            tellOf(problem);
        }
    }

    private void tellOf(Throwable problem) {
        try {
            System.getLogger("dev.aiocontext.AioThreadPool")
                    .log(
                            System.Logger.Level.WARNING,
                            "a worker of AioContext " + workers.context + " could not wake the loop at first",
                            problem);
        } catch (RuntimeException | Error unheard) {
            // The completion has arrived, and there is other work: the worker need not die because nobody hears of
            // this.
        }
    }

    /** Gives it up with its worker, unless the worker got as far as a result. */
    void abandon(Throwable cause) {
        synchronized (outcomes) {
            if (state == BEGUN) {
                work = null;
                failure = cause;
                state = DONE;
            }
        }
    }

    /** Cancels it if it has not begun. The loop completes its future. */
    private boolean cancel() {
        synchronized (workers) {
            synchronized (outcomes) {
                if (state != QUEUED) {
                    return false;
                }
                // Pushed first: if this fails, the job stays queued, and the loop skips it. It waits for the monitor.
                workers.inbox.push(this);
                markCancelled();
                return true;
            }
        }
    }

    /** Cancels a queued job, which the caller has pushed to the loop or will complete itself. */
    void markCancelled() {
        synchronized (workers) {
            synchronized (outcomes) {
                CancellationException cancelled = new CancellationException("cancelled before it began");
                moveToEndOf(outcomes);
                workers.queued--;
                work = null;
                failure = cancelled;
                state = DONE;
            }
        }
    }

    /** {@return whether it waits for its completion to be called} */
    boolean isDone() {
        synchronized (outcomes) {
            return state == DONE;
        }
    }

    @Override
    String what() {
        return "completion of " + workClass.getName() + " in the thread pool";
    }

    /** Completes the future, once. */
    @Override
    public void run() {
        Result<T> completed;
        T returned;
        Throwable thrown;
        synchronized (outcomes) {
            if (state != DONE) {
                return;
            }
            completed = Objects.requireNonNull(future);
            returned = result;
            thrown = failure;
        }
        completed.settle(returned, thrown);
        synchronized (outcomes) { // after the deed
            leave();
            state = COMPLETED;
            future = null;
            result = null;
            failure = null;
        }
        completed.job = null;
        over = true;
    }
}
