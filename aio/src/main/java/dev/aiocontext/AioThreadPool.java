package dev.aiocontext;

import dev.aiocontext.internal.loop.PoolJob;
import dev.aiocontext.internal.loop.PoolWorkers;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a context for blocking work, whose results arrive on the loop: QEMU's {@code ThreadPool}. There are no threads at
 * first and 64 at most. A thread that was idle for 10 seconds leaves.
 *
 * <p><b>Threads.</b> Any thread may call any method. Work runs on a thread of the pool, completions on the home thread.
 *
 * <p><b>Errors.</b> A call that throws a {@link StackOverflowError} or {@link OutOfMemoryError} may or may not have done what it
 * was asked for. Every later call, and every other thread's, works. If a worker cannot wake the loop, it tries again until it can.
 * An exception of the work is its result, and an Error is too. The pool uses monitors and no lock of {@code java.util.concurrent},
 * because such a lock can stay locked after a {@link StackOverflowError} (JDK-8318888).
 */
public final class AioThreadPool {
    /** The greatest number of threads by default. */
    static final int DEFAULT_MAXIMUM = 64;

    private final String context;
    private final PoolWorkers workers;

    AioThreadPool(String context, PoolWorkers workers) {
        this.context = context;
        this.workers = workers;
    }

    /**
     * Has work done by a thread of the pool. The future completes on the loop, with the result or with what the work threw.
     *
     * <p>Its {@code cancel()} works until the work begins, and completes the future on the loop too. It takes the same time
     * wherever the work stands in the queue. Its {@code join()} on the home thread throws {@link IllegalStateException} before it is
     * completed, because the thread would wait for itself.
     *
     * <p>A stage that another thread attaches by {@code whenComplete} may find the future complete, and then runs in that thread.
     * {@code whenCompleteAsync} runs on the loop whatever thread attaches it: see {@link AioContext#submit}.
     *
     * @param work the work
     * @param <T> the result
     * @return the future of the result
     * @throws RejectedExecutionException if the context is closed
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<? extends T> work) {
        PoolJob<T> job = new PoolJob<>(workers, Objects.requireNonNull(work, "work"));
        CompletableFuture<T> future = job.future();
        if (!workers.submit(job)) {
            throw new RejectedExecutionException("AioContext " + context + " is closed");
        }
        return future;
    }

    /**
     * Changes the greatest number of threads. Threads above it leave when their work is done. If it is raised, threads are
     * started at once for work that waits.
     *
     * @param maximum at least 1
     * @throws IllegalArgumentException if it is less
     */
    public void setMaximumThreads(int maximum) {
        workers.setMaximum(requireValidMaximum(maximum));
    }

    static int requireValidMaximum(int maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("a thread pool needs at least 1 thread: " + maximum);
        }
        return maximum;
    }

    /**
     * Counts the threads that there are now.
     *
     * @return the number of threads, busy and idle
     */
    public int threads() {
        return workers.threads();
    }

    void requireNoWorker(String what) {
        workers.requireNoWorker(what);
    }

    /** {@return its context, and how many threads it has} */
    @Override
    public String toString() {
        int threads = threads();
        return "thread pool of AioContext " + context + " (" + threads + (threads == 1 ? " thread)" : " threads)");
    }
}
