package dev.aiocontext.jmh.peer;

import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * The queue of timers that each event loop of Netty has, as the loop's own thread finds it: {@code AbstractScheduledEventExecutor} without
 * a loop around it. Its clock is the machine's, plus what it was told to skip.
 */
final class NettyTimerQueue extends AbstractScheduledEventExecutor {
    private long skipped;
    private final Ticker ticker = new Ticker() {
        @Override
        public long initialNanoTime() {
            return Ticker.systemTicker().initialNanoTime();
        }

        @Override
        public long nanoTime() {
            return Ticker.systemTicker().nanoTime() + skipped;
        }

        @Override
        public void sleep(long delay, TimeUnit unit) throws InterruptedException {
            unit.sleep(delay);
        }
    };

    @Override
    public Ticker ticker() {
        return ticker;
    }

    /** Runs the tasks that are due, as an event loop does. */
    void runDue() {
        long now = ticker.nanoTime();
        for (Runnable due = pollScheduledTask(now); due != null; due = pollScheduledTask(now)) {
            due.run();
        }
    }

    long nextDeadline() {
        return nextScheduledTaskDeadlineNanos();
    }

    void pass(long nanos) {
        skipped += nanos;
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    @Deprecated
    public void shutdown() {
        cancelScheduledTasks();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        cancelScheduledTasks();
        return terminationFuture();
    }

    @Override
    public Future<?> terminationFuture() {
        return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
