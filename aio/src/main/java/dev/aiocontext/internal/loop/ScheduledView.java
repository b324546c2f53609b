package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ScheduledExecutorService} whose only thread is the home thread of a context. It is shut down by itself; its context goes on.
 *
 * <p>A task without a delay goes through the {@link Inbox}; one with a delay has a timer of its own. A {@link ScheduledRun} is in one of
 * three states, and the monitor of this object guards them:
 * <ol>
 *   <li>PENDING: in the list, until the loop begins it, or it is cancelled, or {@link #shutdownNow} hands it out.
 *   <li>ACTIVE: the loop runs it. A periodic one is PENDING again after that.
 *   <li>GONE: nothing is owed any more.
 * </ol>
 * This is terminated when it is shut down, the list is empty and no run is ACTIVE.
 *
 * <p><b>Threads.</b> {@link #begin} and {@link #end}: the home thread. {@link #endWithContext}: the thread that closes. Everything
 * else: any. The home thread is refused where it would wait for itself.
 *
 * <p><b>Memory.</b> A thread that submits a task leaves the monitor before it pushes the task or arms its timer, and the home thread enters the
 * monitor before it runs the task. So what the thread did before happens before the task. What a task did happens before its future
 * completes, by {@link java.util.concurrent.FutureTask}, and before {@link #awaitTermination} returns, by the monitor.
 *
 * <p><b>Errors.</b> States change by plain stores, after the calls that can fail. A task whose submission ends in an Error has left the
 * list, or the loop skips it. A future that was cancelled by a thread without stack may stay in the list until its time
 * comes; the loop then skips it. A run that ends without stack may leave its timer open, which the context closes. This uses a
 * monitor for the reason that {@link PoolWorkers} gives.
 */
final class ScheduledView extends AbstractExecutorService implements ScheduledExecutorService {
    private static final int OPEN = 0;
    private static final int SHUT_DOWN = 1;
    private static final int STOPPED = 2;

    private final Home home;
    private final LoopParts loop;
    private final Inbox inbox;

    // Guarded by the monitor.
    private final Link pending = new Link();
    private int state = OPEN;
    private int active;
    private @Nullable Thread runner;

    ScheduledView(Home home, LoopParts loop) {
        this.home = home;
        this.loop = loop;
        this.inbox = loop.inbox();
    }

    // ---- Submitting -------------------------------------------------------------------------------------------------

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        Objects.requireNonNull(command, "command");
        return schedule(command, Executors.callable(command), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        Objects.requireNonNull(callable, "callable");
        return schedule(callable, callable, delay, unit);
    }

    private <V> ScheduledFuture<V> schedule(Object work, Callable<V> callable, long delay, TimeUnit unit) {
        return accept(new ScheduledCall<>(this, work, callable, unit.toNanos(delay), ScheduledCall.ONCE));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(unit, "unit");
        long nanos = unit.toNanos(requirePositive("period", period));
        return accept(periodic(command, unit.toNanos(initialDelay), nanos));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(unit, "unit");
        long nanos = unit.toNanos(requirePositive("delay", delay));
        return accept(periodic(command, unit.toNanos(initialDelay), -nanos));
    }

    private ScheduledCall<?> periodic(Runnable command, long initialDelay, long period) {
        return new ScheduledCall<>(this, command, Executors.callable(command), initialDelay, period);
    }

    private static long requirePositive(String what, long time) {
        if (time <= 0) {
            throw new IllegalArgumentException("the " + what + " of a periodic task must be positive: " + time);
        }
        return time;
    }

    /** Runs a task on the loop. What it throws goes to the context's exception handler, because nobody has its future. */
    @Override
    public void execute(Runnable command) {
        Objects.requireNonNull(command, "command");
        accept(new ScheduledCall.Plain(this, command));
    }

    @Override
    public Future<?> submit(Runnable task) {
        return schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return schedule(task, Executors.callable(task, result), 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    private <V extends @Nullable Object> ScheduledCall<V> accept(ScheduledCall<V> call) {
        ScheduledRun run = call.place();
        try {
            owe(run);
            run.start(inbox);
        } catch (IllegalStateException gone) {
            leave(run);
            if (inbox.isClosed()) {
                throw refusal(gone);
            }
            // else it was accepted, and shutdownNow() has handed it out just now
        } catch (RejectedExecutionException | Error e) {
            leave(run);
            throw e;
        }
        return call;
    }

    /** Takes a run on. Its timer is made under the monitor, so that the end of the context finds it. */
    private synchronized void owe(ScheduledRun run) {
        if (state != OPEN || inbox.isClosed()) {
            throw refusal(null);
        }
        run.prepare(loop.timers());
        run.becomePending(pending);
    }

    private RejectedExecutionException refusal(@Nullable RuntimeException cause) {
        return new RejectedExecutionException(
                inbox.isClosed() ? home.describe() + " is closed" : "this " + this + " takes no tasks", cause);
    }

    // ---- Waiting ----------------------------------------------------------------------------------------------------

    /**
     * Refuses the home thread.
     *
     * @param what what the caller would wait for
     * @throws IllegalStateException if this is the home thread
     */
    void requireMayWait(Object what) {
        if (home.isCurrent()) {
            throw new IllegalStateException(home.describe() + " does its tasks in a poll of its home thread "
                    + Thread.currentThread() + ", which therefore cannot wait for " + what);
        }
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        requireMayWaitForAny(tasks);
        return super.invokeAll(tasks);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        requireMayWaitForAny(tasks);
        return super.invokeAll(tasks, timeout, unit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        requireMayWaitForAny(tasks);
        return super.invokeAny(tasks);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        requireMayWaitForAny(tasks);
        return super.invokeAny(tasks, timeout, unit);
    }

    private void requireMayWaitForAny(Collection<?> tasks) {
        if (!tasks.isEmpty()) {
            requireMayWait("them");
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long nanos = unit.toNanos(timeout);
        if (nanos > 0 && !isTerminated()) {
            requireMayWait("the end of the " + this);
        }
        long began = System.nanoTime();
        synchronized (this) {
            long left = nanos;
            while (!isTerminated() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = nanos - (System.nanoTime() - began);
            }
            return isTerminated();
        }
    }

    /**
     * Shuts down, and waits for what is pending. The home thread is refused before anything happens if there is something to wait for.
     */
    @Override
    public void close() {
        if (owesMoreThanPeriods()) {
            requireMayWait("the end of the " + this);
        }
        super.close();
    }

    private synchronized boolean owesMoreThanPeriods() {
        boolean owes = active > 0;
        for (Link link = pending.next(); !owes && link instanceof ScheduledRun run; link = link.next()) {
            owes = !run.call().isPeriodic();
        }
        return owes;
    }

    // ---- The end ----------------------------------------------------------------------------------------------------

    @Override
    public void shutdown() {
        for (ScheduledRun run : refuse(SHUT_DOWN)) {
            if (run.call().isPeriodic()) {
                run.call().cancel(false);
            }
        }
    }

    /** Takes no more tasks. Returns what is pending. */
    private synchronized List<ScheduledRun> refuse(int newState) {
        notifyAll(); // they cannot go on before this has returned
        List<ScheduledRun> runs = new ArrayList<>();
        for (Link link = pending.next(); link instanceof ScheduledRun run; link = link.next()) {
            runs.add(run);
        }
        state = Math.max(state, newState);
        return runs;
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> neverBegun = new ArrayList<>();
        List<ScheduledRun> runs;
        synchronized (this) {
            if (active > 0) {
                Objects.requireNonNull(runner).interrupt();
            }
            runs = refuse(STOPPED);
            for (ScheduledRun run : runs) {
                neverBegun.add(run.call());
            }
            for (ScheduledRun run : runs) {
                run.becomeGone();
                run.closeTimer();
            }
        }
        return neverBegun;
    }

    /** Shuts down, and cancels what is pending, so that nobody waits for it. If it fails halfway, calling it again does the rest. */
    void endWithContext() {
        synchronized (this) {
            notifyAll();
            state = Math.max(state, SHUT_DOWN);
        }
        for (ScheduledRun run = firstPending(); run != null; run = firstPending()) {
            try {
                run.call().cancel(false);
            } finally {
                leave(run);
            }
        }
    }

    private synchronized @Nullable ScheduledRun firstPending() {
        return pending.next() instanceof ScheduledRun run ? run : null;
    }

    @Override
    public synchronized boolean isShutdown() {
        return state != OPEN;
    }

    @Override
    public synchronized boolean isTerminated() {
        return state != OPEN && active == 0 && pending.isAlone();
    }

    // ---- Runs -------------------------------------------------------------------------------------------------------

    /** Tells the time that deadlines go by. It is read anew also on the home thread, because a task must never be early. */
    long now() {
        return loop.time().now(false);
    }

    boolean isOfSameContext(ScheduledView other) {
        return loop == other.loop;
    }

    /** Begins a run; says false if it is not pending. */
    synchronized boolean begin(ScheduledRun run) {
        if (!run.isPending()) {
            leave(run); // it may have left a timer
            return false;
        }
        runner = Thread.currentThread();
        run.becomeActive();
        active++;
        return true;
    }

    /**
     * Ends a run. The stack suffices to come here, because the task needed more. An interrupt that the task leaves behind ends with
     * it. A run that goes on, because this one was in a poll of it, is interrupted anew if it was told to stop.
     *
     * @param run the run
     * @param again whether it is to be pending again
     * @return whether it is
     */
    synchronized boolean end(ScheduledRun run, boolean again) {
        boolean isPending = false;
        try {
            if (state != OPEN) {
                notifyAll();
                if (again) {
                    run.call().cancel(false);
                }
            } else {
                isPending = again && !run.call().isDone();
            }
        } finally {
            if (isPending) {
                run.becomePending(pending);
            } else {
                run.becomeGone();
            }
            active--; // right after that, because a run that is active still is ended again after an Error
            if (Thread.interrupted() && active > 0 && state == STOPPED) {
                Thread.currentThread().interrupt();
            }
        }
        if (!isPending) {
            run.closeTimer();
        }
        return isPending;
    }

    /** Ends a run that an Error has cut short, if it is active still; takes it off the list else. */
    synchronized void end(ScheduledRun run) {
        if (run.isActive()) {
            end(run, false);
        } else {
            leave(run);
        }
    }

    /** Takes a run off the list, unless it is active and will end by itself. Calling it again changes nothing. */
    synchronized void leave(ScheduledRun run) {
        if (!run.isActive()) {
            if (state != OPEN) {
                notifyAll();
            }
            run.becomeGone();
            run.closeTimer();
        }
    }

    /** {@return the context, in words} */
    String context() {
        return home.describe();
    }

    @Override
    public String toString() {
        String how = isTerminated() ? "terminated" : isShutdown() ? "shut down" : "open";
        return "scheduled executor of " + context() + " (" + how + ")";
    }
}
