package dev.aiocontext;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which a context has blocking work done; what comes of it arrives on the loop, as a bottom half. QEMU's
 * {@code ThreadPool}: none at first, at most 64, and one that was idle for 10 seconds leaves.
 *
 * <p><b>Threads.</b> Any thread may call any method. Work runs on a thread of the pool, completions on the home thread.
 */
public final class AioThreadPool {
    /** The most threads, unless told otherwise. */
    static final int DEFAULT_MAXIMUM = 64;

    private static final long IDLE_SECONDS = 10;

    private final AioContext context;
    private final Workers workers;

    /** Submitted, and the completion not yet queued. */
    private final AtomicInteger incomplete = new AtomicInteger();

    /** All workers have left, for good. */
    private volatile boolean terminated;

    AioThreadPool(AioContext context, int maximum) {
        this.context = context;
        this.workers = new Workers(context, maximum);
    }

    /** A submitted piece of work. */
    public interface Request {
        /**
         * Cancels the work if it has not begun. Its completion is then called with a {@link CancellationException}.
         *
         * @return true if it will not run
         */
        boolean cancel();
    }

    /**
     * Has work done by a thread of the pool.
     *
     * @param work the work
     * @param completion called exactly once, on the home thread, with the result, or null and what the work threw
     * @param <T> the result
     * @return the request, to cancel it
     * @throws RejectedExecutionException if the context is closed
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public <T extends @Nullable Object> Request submit(
            Callable<? extends T> work, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> completion) {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(completion, "completion");
        Job<T> job = new Job<>(work, completion);
        incomplete.incrementAndGet();
        try {
            workers.execute(job);
        } catch (RuntimeException | Error e) {
            job.withdraw(); // no thread to be had, for instance
            throw e;
        }
        return job;
    }

    /**
     * Changes the most threads there may be; workers above it leave when they have done what they do.
     *
     * @param maximum at least 1
     * @throws IllegalArgumentException if it is less
     */
    public void setMaximumThreads(int maximum) {
        workers.setMaximumPoolSize(requireValidMaximum(maximum));
    }

    static int requireValidMaximum(int maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("a thread pool needs at least 1 thread: " + maximum);
        }
        return maximum;
    }

    /**
     * How many threads there are now.
     *
     * @return the number of threads, busy and idle
     */
    public int threads() {
        return workers.getPoolSize();
    }

    /** Takes no more work and cancels what has not begun; the loop is woken when the last worker has left. */
    void shutdown() {
        workers.shutdown();
        List<Runnable> queued = new ArrayList<>(workers.getQueue());
        for (Runnable job : queued) {
            ((Job<?>) job).cancel();
        }
    }

    /** Whether all workers have left and all completions are queued. */
    boolean isTerminated() {
        return terminated && incomplete.get() == 0;
    }

    /** Work, and what becomes of it. */
    private final class Job<T extends @Nullable Object> implements Runnable, Request {
        private enum State {
            QUEUED,
            BEGUN,
            CANCELLED
        }

        private final Callable<? extends T> work;
        private final BiConsumer<? super @Nullable T, ? super @Nullable Throwable> completion;
        private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

        Job(Callable<? extends T> work, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> completion) {
            this.work = work;
            this.completion = completion;
        }

        @Override
        public void run() {
            if (!state.compareAndSet(State.QUEUED, State.BEGUN)) {
                return;
            }
            T result;
            try {
                result = work.call();
            } catch (Throwable failure) {
                complete(null, failure);
                return;
            }
            complete(result, null);
        }

        @Override
        public boolean cancel() {
            if (!state.compareAndSet(State.QUEUED, State.CANCELLED)) {
                return false;
            }
            workers.remove(this);
            complete(null, new CancellationException("cancelled before it began"));
            return true;
        }

        private void complete(@Nullable T result, @Nullable Throwable failure) {
            try {
                context.execute(() -> completion.accept(result, failure));
            } finally {
                leave();
            }
        }

        /** Refuses the work, unless shutting down has already completed it as cancelled. */
        void refuse() {
            if (withdraw()) {
                throw new RejectedExecutionException("AioContext " + context.name() + " is closed");
            }
        }

        /** Takes the work back without a completion, if it has not begun. */
        boolean withdraw() {
            boolean withdrawn = state.compareAndSet(State.QUEUED, State.CANCELLED);
            if (withdrawn) {
                leave();
            }
            return withdrawn;
        }

        private void leave() {
            if (incomplete.decrementAndGet() == 0 && terminated) {
                context.wakeupIfOpen(); // close() waits for this
            }
        }
    }

    /**
     * The executor: hands work to an idle worker, else starts one, else queues. {@link ThreadPoolExecutor} by itself would
     * queue before it starts a second worker, or start workers although others are idle.
     */
    private final class Workers extends ThreadPoolExecutor {
        Workers(AioContext context, int maximum) {
            super(
                    0,
                    maximum,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new HandOver(),
                    Thread.ofPlatform()
                            .daemon()
                            .inheritInheritableThreadLocals(false)
                            .name(context.name() + "-worker-", 1)
                            .factory());
            setRejectedExecutionHandler((job, self) -> queue(job));
        }

        /**
         * All workers are busy, or the pool is shut down. Should the last worker have left between its refusal and the
         * queueing, nobody would come for the work: so it is taken back then, and handed over anew. A worker that has
         * not left yet looks at the queue after it did.
         */
        private void queue(Runnable job) {
            if (isShutdown()) {
                ((Job<?>) job).refuse();
                return;
            }
            getQueue().add(job);
            if ((getPoolSize() == 0 || isShutdown()) && remove(job)) {
                execute(job);
            }
        }

        @Override
        protected void terminated() {
            terminated = true;
            context.wakeupIfOpen();
        }
    }

    /** A queue that takes an offer only if a worker is waiting for it. */
    private static final class HandOver extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable job) {
            return tryTransfer(job);
        }

        @Override
        public boolean add(Runnable job) {
            put(job);
            return true;
        }
    }
}
