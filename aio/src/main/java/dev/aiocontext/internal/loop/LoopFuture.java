package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.StackRoom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future that a loop completes. A home thread that waited for it would wait for itself, so it gets an exception instead.
 *
 * <p>The JDK has a thread that waited for a future help to run its dependents. Those of this one belong to the loop, so a thread
 * waits for a future of its own kind, which has none.
 *
 * <p><b>Threads.</b> Any.
 *
 * @param <T> the result
 */
class LoopFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final Home home;
    private final Inbox inbox;

    /** The class of the user's work that this has the result of, or follows; null if it is of none. */
    final @Nullable Class<?> work;

    /** What threads wait for: completed with this one, and without its result. Written under the monitor of this. */
    private volatile @Nullable CompletableFuture<Boolean> waiting;

    LoopFuture(Home home, Inbox inbox) {
        this(home, inbox, null);
    }

    LoopFuture(Home home, Inbox inbox, @Nullable Class<?> work) {
        this.home = home;
        this.inbox = inbox;
        this.work = work;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoopFuture<>(home, inbox, work);
    }

    /** Tells what it is. No object of the user's is asked, because its {@code toString} might throw. */
    String what() {
        return "future of " + owner();
    }

    /** Tells what completes it. */
    final String owner() {
        return home.describe();
    }

    @Override
    public String toString() {
        return what() + " (" + outcome(this) + ")";
    }

    /** Tells how far a future has got. */
    static String outcome(Future<?> future) {
        return switch (future.state()) {
            case RUNNING -> "not completed";
            case SUCCESS -> "completed";
            case FAILED -> "failed: " + future.exceptionNow();
            case CANCELLED -> "cancelled";
        };
    }

    /** What {@code whenCompleteAsync} and its kind run on, unless told otherwise: the loop. */
    @Override
    public Executor defaultExecutor() {
        return new LoopStage.OnLoop(home, inbox, work);
    }

    /**
     * Completes it, and wakes the threads that wait for it. After an Error, calling it again does the rest. What gets an Error in a stage of
     * the user's goes to that stage: the JDK calls it, and catches the Error.
     *
     * @param result the result
     * @param failure the failure, or null if there is a result
     */
    final void settle(@Nullable T result, @Nullable Throwable failure) {
        if (waiting != null) {
            StackRoom.requireToWake(); // the JDK forgets a thread right before it wakes it
        }
        if (failure != null) {
            completeExceptionally(failure);
        } else {
            completeWith(result);
        }
        CompletableFuture<Boolean> waiters = waiting;
        if (waiters != null) {
            waiters.complete(true); // as the stage has done, unless an Error has kept it from that
        }
    }

    @SuppressWarnings("NullAway") // the result is null only if T may be
    private void completeWith(@Nullable T result) {
        complete(result);
    }

    private void requireNoDeadlock() {
        if (home.isCurrent() && !isDone()) {
            throw new IllegalStateException(home.describe() + " completes this in a poll of its home thread "
                    + Thread.currentThread() + ", which therefore cannot wait for it: use whenComplete()");
        }
    }

    private CompletableFuture<Boolean> waiting() {
        synchronized (this) {
            CompletableFuture<Boolean> there = waiting;
            if (there == null) {
                CompletableFuture<Boolean> added = new CompletableFuture<>();
                CompletionStage<T> self = this;
                self.whenComplete((result, failure) -> added.complete(true));
                waiting = added; // after the deed: who finds it may wait for it
                there = added;
            }
            return there;
        }
    }

    @Override
    public T join() {
        requireNoDeadlock();
        if (!isDone()) {
            waiting().join();
        }
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireNoDeadlock();
        if (!isDone()) {
            waiting().get();
        }
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        requireNoDeadlock();
        if (!isDone()) {
            waiting().get(timeout, unit);
        }
        return super.get(timeout, unit);
    }
}
