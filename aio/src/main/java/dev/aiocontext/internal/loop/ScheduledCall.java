package dev.aiocontext.internal.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The future of a task of a {@link ScheduledView}. A home thread that waited for it would wait for itself, so it gets an exception instead.
 *
 * <p><b>Threads.</b> {@link #perform}, {@link #report} and {@link #fail}: the home thread. Everything else: any.
 *
 * @param <V> the result
 */
class ScheduledCall<V extends @Nullable Object> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    /** The period of a task that is not periodic. */
    static final long ONCE = 0;

    private static final AtomicLong SUBMITTED = new AtomicLong();

    private final ScheduledView view;
    private final Class<?> work;
    private final ScheduledRun place;
    private final long sequence = SUBMITTED.getAndIncrement();
    private final boolean immediate;

    /** In nanoseconds: if positive, from one deadline to the next; if negative, from the end of a run to the next deadline. */
    private final long period;

    /** By the clock of the context. The home thread changes it. */
    private volatile long deadline;

    /**
     * Creates a call.
     *
     * @param view the executor
     * @param work what the user has handed in: names it
     * @param callable what to call
     * @param delay in how many nanoseconds; negative is now
     * @param period the period, or {@link #ONCE}
     */
    ScheduledCall(ScheduledView view, Object work, Callable<V> callable, long delay, long period) {
        super(callable);
        this.view = view;
        this.work = work.getClass();
        this.period = period;
        immediate = delay <= 0 && period == ONCE;
        deadline = view.now() + Math.max(0, delay);
        place = new ScheduledRun(view, this);
    }

    /** A task whose failure nobody asks for: the loop reports it. */
    static final class Plain extends ScheduledCall<Object> {
        private @Nullable Throwable failure;

        Plain(ScheduledView view, Runnable command) {
            super(view, command, Executors.callable(command), 0, ONCE);
        }

        @Override
        protected void setException(Throwable thrown) {
            failure = thrown;
            super.setException(thrown);
        }

        @Override
        void report() {
            Throwable thrown = failure;
            failure = null; // once, though an Error may have the run called again
            if (thrown != null) {
                ScheduledCall.<RuntimeException>rethrow(thrown);
            }
        }
    }

    /** Throws what a {@link Runnable} has thrown: it may be no RuntimeException if the compiler was tricked. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> void rethrow(Throwable thrown) throws X {
        throw (X) thrown;
    }

    /** {@return the class of what the user has handed in} */
    Class<?> work() {
        return work;
    }

    ScheduledRun place() {
        return place;
    }

    boolean isImmediate() {
        return immediate;
    }

    long deadline() {
        return deadline;
    }

    @Override
    public boolean isPeriodic() {
        return period != ONCE;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(deadline - view.now(), TimeUnit.NANOSECONDS);
    }

    /** Compares deadlines, and then the order of submission. */
    @Override
    public int compareTo(Delayed other) {
        if (!(other instanceof ScheduledCall<?> call) || !call.view.isOfSameContext(view)) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
        long now = view.now();
        int byDeadline = Long.compare(deadline - now, call.deadline - now);
        return byDeadline != 0 ? byDeadline : Long.compare(sequence, call.sequence);
    }

    /** Runs the task in the calling thread, whichever that is. The loop then has nothing to do for it, unless it is periodic. */
    @Override
    public void run() {
        if (isPeriodic()) {
            runAndReset();
        } else {
            super.run();
        }
    }

    /** Runs the task, and says whether it is to be run again. */
    boolean perform() {
        if (!isPeriodic()) {
            super.run();
            return false;
        }
        if (!runAndReset()) {
            return false;
        }
        deadline = period > 0 ? deadline + period : view.now() - period;
        return true;
    }

    /** Throws what the task has thrown, if nobody else is told. */
    void report() {}

    /** Completes it with a failure of the loop. */
    void fail(Throwable failure) {
        setException(failure);
    }

    @Override
    protected void done() {
        view.leave(place);
    }

    private void requireNoDeadlock() {
        if (!isDone()) {
            view.requireMayWait(
                    "the future of one: have the task itself go on, or use submit() of the context and whenComplete()");
        }
    }

    @Override
    public V get() throws InterruptedException, ExecutionException {
        requireNoDeadlock();
        return super.get();
    }

    @Override
    public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (timeout > 0) {
            requireNoDeadlock();
        }
        return super.get(timeout, unit);
    }

    @Override
    public String toString() {
        return "task of the scheduled executor of " + view.context() + " (" + LoopFuture.outcome(this) + ")";
    }
}
