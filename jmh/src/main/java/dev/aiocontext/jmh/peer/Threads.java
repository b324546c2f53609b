package dev.aiocontext.jmh.peer;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/** Waiting for threads, outside of what is timed. */
public final class Threads {
    private Threads() {}

    /**
     * Waits until a thread has ended.
     *
     * @param thread the thread
     */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + thread + " ends", e);
        }
    }

    /**
     * Has a task run elsewhere, and waits until it did.
     *
     * @param executor runs it
     * @param task the task
     */
    public static void runOn(Executor executor, Runnable task) {
        FutureTask<Void> future = new FutureTask<>(task, null);
        executor.execute(future);
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a task runs", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
