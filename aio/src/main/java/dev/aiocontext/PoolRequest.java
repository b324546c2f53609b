package dev.aiocontext;

/** A submitted piece of work of an {@link AioThreadPool}. Any thread may call any method. */
public interface PoolRequest {
    /**
     * Cancels the work if it has not begun. Its completion is then called with a {@link
     * java.util.concurrent.CancellationException}. It takes the same time wherever the work stands in the queue, and the work
     * is not kept any longer.
     *
     * @return true if it will not run
     */
    boolean cancel();
}
