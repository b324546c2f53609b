package dev.aiocontext.jmh.peer;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A {@link ThreadPoolExecutor} of one thread over a {@code LinkedBlockingQueue}: {@code Executors.newFixedThreadPool(1)}. */
public final class PoolLoop implements TaskLoop {
    private final ThreadPoolExecutor pool;

    /**
     * Makes the pool.
     *
     * @param threads makes its thread, a platform or a virtual one
     */
    public PoolLoop(ThreadFactory threads) {
        pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @Override
    public void close() {
        pool.close();
    }
}
