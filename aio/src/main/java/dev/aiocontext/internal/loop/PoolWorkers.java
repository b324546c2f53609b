package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a thread pool, and its threads: a submission goes to an idle worker, else to a new one, else it waits.
 *
 * <p><b>Threads.</b> Any. The monitor of this object guards the queue and the counts, and the monitor of {@link #outcomes} guards
 * that list. A thread that needs both takes the monitor of this object first.
 *
 * <p><b>Errors.</b> Whatever can fail (a notification, a new thread) comes first, and what others see (the queue, the counts)
 * changes after it by plain stores. So a submission that fails at any step has changed nothing, except that it may have started
 * a worker without need. These are monitors, and no {@code ReentrantLock} as in {@code ThreadPoolExecutor}: the JVM gives a
 * monitor back by itself, but a lock at the stack's end can stay locked for ever (JDK-8318888).
 */
public final class PoolWorkers {
    private static final long IDLE_NANOS = 10_000_000_000L;

    /** The pool that a thread works for. */
    private static final ThreadLocal<PoolWorkers> OF_THREAD = new ThreadLocal<>();

    final String context;
    final Inbox inbox;
    final Home home;

    /** Jobs that have begun or are cancelled, until their completion is called. */
    final Link outcomes = new Link();

    /** How many jobs are in the queue. */
    int queued;

    private final Link queue = new Link();
    private final ThreadFactory threadFactory;
    private int maximum;
    private boolean shutDown;

    /** All threads that are there, and those of them that wait for work or are about to look for it. */
    private int threads;

    private int idle;

    /**
     * Creates a pool without threads.
     *
     * @param context the name of the context, for messages and the names of threads
     * @param inbox what completions are pushed to
     * @param home the thread that completes
     * @param maximum the most threads
     */
    public PoolWorkers(String context, Inbox inbox, Home home, int maximum) {
        this.context = context;
        this.inbox = inbox;
        this.home = home;
        this.maximum = maximum;
        this.threadFactory = Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name(context + "-worker-", 1)
                .factory();
    }

    /**
     * Queues a job, and has a worker come for it.
     *
     * @param job the job
     * @return false if the pool is shut down
     */
    public synchronized boolean submit(PoolJob<?> job) {
        if (shutDown) {
            return false;
        }
        if (idle > queued) {
            notify(); // it cannot go on before this method has returned
        } else if (threads < maximum) {
            start();
        }
        job.moveToEndOf(queue);
        queued++;
        return true;
    }

    /** Starts a worker, which waits for this monitor first of all. */
    private void start() {
        Worker worker = new Worker();
        threadFactory.newThread(worker).start();
        worker.counted = true;
        threads++;
        idle++;
    }

    /**
     * Changes the maximum: too many workers leave, or more are started for what is queued.
     *
     * @param newMaximum at least 1
     */
    public synchronized void setMaximum(int newMaximum) {
        notifyAll();
        maximum = newMaximum;
        while (threads < maximum && idle < queued) {
            start();
        }
    }

    /**
     * Refuses a worker of this pool, which would wait for itself.
     *
     * @param what what it is not to do
     * @throws IllegalStateException if the calling thread is one
     */
    public void requireNoWorker(String what) {
        if (isWorker()) {
            throw new IllegalStateException(what + " waits for the thread pool of AioContext " + context
                    + ", so its worker " + Thread.currentThread() + " cannot call it: stop() the context instead");
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very same pool
    private boolean isWorker() {
        return OF_THREAD.get() == this;
    }

    /** {@return how many threads there are} */
    public synchronized int threads() {
        return threads;
    }

    synchronized boolean isShutDown() {
        return shutDown;
    }

    /** Takes no more jobs, and cancels what has not begun. If it fails halfway, calling it again does the rest. */
    public synchronized void shutDown() {
        notifyAll();
        shutDown = true;
        while (queue.next() instanceof PoolJob<?> job) {
            job.markCancelled();
        }
    }

    /**
     * Shuts down if there is neither a thread nor a job to wait for.
     *
     * @return whether it did
     */
    public synchronized boolean shutDownIfUnused() {
        boolean unused = isUnused();
        if (unused) {
            shutDown = true;
        }
        return unused;
    }

    /** {@return whether there is neither a thread nor a job} */
    public synchronized boolean isUnused() {
        synchronized (outcomes) {
            return threads == 0 && queue.isAlone() && outcomes.isAlone();
        }
    }

    /** {@return a job whose completion can be called now, if there is one; it stays in its list} */
    public @Nullable PoolJob<?> firstDone() {
        synchronized (outcomes) {
            Link link = outcomes.next();
            while (link instanceof PoolJob<?> job && !job.isDone()) {
                link = job.next();
            }
            return link instanceof PoolJob<?> job ? job : null;
        }
    }

    /** Takes the next job for a worker, which waits for it; null if the worker is to leave. */
    private synchronized @Nullable PoolJob<?> next(Worker worker) {
        if (worker.busy) {
            worker.busy = false;
            idle++;
        }
        long idleSince = System.nanoTime();
        while (worker.counted && threads <= maximum) {
            if (queue.next() instanceof PoolJob<?> job) {
                job.begin();
                queued--;
                idle--;
                worker.busy = true;
                return job;
            }
            long left = IDLE_NANOS - (System.nanoTime() - idleSince);
            if (shutDown || left <= 0) {
                break;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException leftByTheWork) {
                // Nobody interrupts a worker to tell it anything, and the exception has cleared the interrupt.
            }
        }
        if (worker.counted) {
            worker.counted = false;
            threads--;
            idle--;
        }
        return null;
    }

    /** Tells close() that the last worker leaves. It would see that within 10 ms anyway. */
    private void tellCloser() {
        try {
            if (isShutDown() && threads() == 0) {
                inbox.wakeupIfOpen();
            }
        } catch (RuntimeException | Error lateThen) {
            // Nothing is lost but a part of these 10 ms.
        }
    }

    private final class Worker implements Runnable {
        /** Guarded by the monitor of the workers: it is one of {@link #threads}. Not so if its start has failed after all. */
        private boolean counted;

        /** Guarded by the same: it is none of {@link #idle}. */
        private boolean busy;

        @Override
        public void run() {
            PoolJob<?> job = null;
            try {
                OF_THREAD.set(PoolWorkers.this);
                for (job = next(this); job != null; job = next(this)) {
                    job.perform();
                }
            } catch (Throwable t) { // no step above is known to throw
                if (job != null) {
                    job.abandon(t);
                }
                throw t;
            } finally {
                synchronized (PoolWorkers.this) {
                    if (counted) {
                        counted = false;
                        threads--;
                        idle -= busy ? 0 : 1;
                    }
                }
                tellCloser();
            }
        }
    }
}
