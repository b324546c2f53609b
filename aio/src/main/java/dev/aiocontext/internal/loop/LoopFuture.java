package dev.aiocontext.internal.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future that a loop completes. A home thread that waited for it would wait for itself, so it gets an exception instead.
 *
 * <p><b>Threads.</b> Any.
 *
 * @param <T> the result
 */
class LoopFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final Home home;
    private final Inbox inbox;

    LoopFuture(Home home, Inbox inbox) {
        this.home = home;
        this.inbox = inbox;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoopFuture<>(home, inbox);
    }

    /** What {@code whenCompleteAsync} and its kind run on, unless told otherwise: the loop. */
    @Override
    public Executor defaultExecutor() {
        return inbox;
    }

    private void requireNoDeadlock() {
        if (home.isCurrent() && !isDone()) {
            throw new IllegalStateException(home.describe() + " completes this in a poll of its home thread "
                    + Thread.currentThread() + ", which therefore cannot wait for it: use whenComplete()");
        }
    }

    @Override
    public T join() {
        requireNoDeadlock();
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireNoDeadlock();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        requireNoDeadlock();
        return super.get(timeout, unit);
    }
}
