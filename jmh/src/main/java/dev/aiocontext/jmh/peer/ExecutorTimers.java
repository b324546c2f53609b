package dev.aiocontext.jmh.peer;

import java.util.concurrent.Delayed;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** The timers of a {@code ScheduledExecutorService}: a task for each arming. */
class ExecutorTimers implements TimerSet {
    private static final long SHORTER = LONGEST / TimeUnit.MILLISECONDS.toNanos(20);

    private final ScheduledExecutorService executor;
    private final Future<?>[] futures;
    private final Runnable task = this::count;

    /** Written by whatever thread runs the tasks; read by others for an estimate only. */
    private long fired;

    ExecutorTimers(ScheduledExecutorService executor, int number) {
        this.executor = executor;
        futures = new Future<?>[number];
    }

    private void count() {
        fired++;
    }

    static TimerSet ofNetty(int number) {
        NettyTimerQueue queue = new NettyTimerQueue();
        return new ExecutorTimers(queue, number) {
            @Override
            public void fireDue() {
                queue.runDue();
            }

            @Override
            public long nextDeadline() {
                return queue.nextDeadline();
            }

            @Override
            public void pass(long nanos) {
                queue.pass(nanos);
            }
        };
    }

    /** A pool whose worker's thread ends at once: the caller takes from the queue and runs, so that no other thread is in the figures. */
    static TimerSet ofPool(int number) {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(
                1, worker -> Thread.ofPlatform().daemon().unstarted(() -> {}));
        pool.setRemoveOnCancelPolicy(true);
        return new ExecutorTimers(pool, number) {
            @Override
            public void fireDue() {
                for (Runnable due = pool.getQueue().poll();
                        due != null;
                        due = pool.getQueue().poll()) {
                    due.run();
                }
            }

            @Override
            public long nextDeadline() {
                Runnable next = pool.getQueue().peek();
                return next == null ? 0 : ((Delayed) next).getDelay(TimeUnit.NANOSECONDS);
            }

            // Its clock is the machine's, so the delays are shorter: up to 20 ms.
            @Override
            public void armAndPass(int timers, LongSupplier delays) {
                for (int i = 0; i < timers; i++) {
                    arm(i, delays.getAsLong() / SHORTER);
                }
                long end = System.nanoTime() + LONGEST / SHORTER;
                for (long left = end - System.nanoTime(); left >= 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        };
    }

    /** It is a {@code ScheduledExecutorService} from JDK 25 on. */
    static TimerSet ofForkJoinPool(int number) {
        ForkJoinPool pool = new ForkJoinPool(1);
        return new ExecutorTimers((ScheduledExecutorService) (Object) pool, number);
    }

    static boolean canForkJoinPoolSchedule() {
        return ScheduledExecutorService.class.isAssignableFrom(ForkJoinPool.class);
    }

    @Override
    public final void arm(int timer, long delay) {
        futures[timer] = executor.schedule(task, delay, TimeUnit.NANOSECONDS);
    }

    @Override
    public final void rearm(int timer, long delay) {
        cancel(timer);
        arm(timer, delay);
    }

    @Override
    public final void cancel(int timer) {
        futures[timer].cancel(false);
    }

    @Override
    public void fireDue() {
        // a thread of its own does
    }

    @Override
    public final long fired() {
        return fired;
    }

    @Override
    public long nextDeadline() {
        return 0;
    }

    @Override
    public final void close() {
        executor.shutdownNow();
    }
}
