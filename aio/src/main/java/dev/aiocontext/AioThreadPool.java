package dev.aiocontext;

import dev.aiocontext.internal.loop.PoolJob;
import dev.aiocontext.internal.loop.PoolWorkers;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A context's threads for blocking work, whose results arrive on the loop as bottom halves. QEMU's {@code ThreadPool}: there are
 * no threads at first, 64 at most, and a thread that was idle for 10 seconds leaves.
 *
 * <p><b>Threads.</b> Any thread may call any method. Work runs on a thread of the pool, completions on the home thread.
 *
 * <p><b>Errors.</b> A call that throws a {@link StackOverflowError} or {@link OutOfMemoryError} may or may not have done what it was
 * asked for; every later call, and every other thread's, works. If a worker cannot wake the loop, it tries again until it can. What
 * work throws is its result, Errors included. The pool uses monitors and no lock of {@code java.util.concurrent}, because such a
 * lock can stay locked after a {@link StackOverflowError} (JDK-8318888).
 */
public final class AioThreadPool {
    /** The most threads, unless told otherwise. */
    static final int DEFAULT_MAXIMUM = 64;

    private final String context;
    private final PoolWorkers workers;

    AioThreadPool(String context, PoolWorkers workers) {
        this.context = context;
        this.workers = workers;
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
    public <T extends @Nullable Object> PoolRequest submit(
            Callable<? extends T> work, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> completion) {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(completion, "completion");
        PoolJob<T> job = new PoolJob<>(workers, work, completion);
        if (!workers.submit(job)) {
            throw new RejectedExecutionException("AioContext " + context + " is closed");
        }
        return job;
    }

    /**
     * Changes the most threads there may be. Workers above it leave when they have done what they do; if it is raised, workers are
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
     * How many threads there are now.
     *
     * @return the number of threads, busy and idle
     */
    public int threads() {
        return workers.threads();
    }
}
