package dev.aiocontext.internal.loop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A call that the loop makes while the calling thread is parked.
 *
 * <p><b>Threads and Errors.</b> As {@code Handover} says. {@link #make}: any thread.
 *
 * @param <T> the result
 */
public final class Hop<T extends @Nullable Object> extends Handover {
    private final Callable<? extends T> work;

    // Written by the home thread before the outcome is settled.
    private @Nullable T result;
    private @Nullable Throwable failure;

    /**
     * Creates a call, to be pushed by the thread that waits for it.
     *
     * @param work what to call
     */
    public Hop(Callable<? extends T> work) {
        this.work = work;
    }

    /**
     * Makes a call on the loop, and waits for it.
     *
     * @param home the home thread, which makes the call itself, at once
     * @param inbox what the call is pushed to
     * @param work what to call
     * @param <T> the result
     * @return what it returns
     * @throws Exception what it throws, or {@link InterruptedException} if the calling thread was interrupted before
     */
    public static <T extends @Nullable Object> T make(Home home, Inbox inbox, Callable<? extends T> work)
            throws Exception {
        if (home.isCurrent()) {
            return atHome(home, inbox, work);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Hop<T> hop = new Hop<>(work);
        inbox.execute(hop);
        return hop.get();
    }

    /**
     * Waits until the loop has made the call. The thread that created this.
     *
     * @return what the call returned
     * @throws InterruptedException if the thread was interrupted before
     */
    @SuppressWarnings("NullAway") // the result is null only if T may be
    public T get() throws InterruptedException {
        await(-1);
        if (failure != null) {
            Hop.<RuntimeException>rethrow(failure);
        }
        return result;
    }

    private static <T extends @Nullable Object> T atHome(Home home, Inbox inbox, Callable<? extends T> work)
            throws Exception {
        inbox.requireAccepting();
        if (home.isEntered()) {
            return work.call();
        }
        home.enter(); // it has given the context up: nobody may close the context during the call
        try {
            inbox.requireAccepting();
            return work.call();
        } finally {
            if (home.isEntered()) { // not if the work has ended a run, after which another thread may close the context
                home.rest(Thread.currentThread());
            }
        }
    }

    @Override
    String what() {
        return "call of " + work.getClass().getName();
    }

    @Override
    public void run() {
        if (begin()) {
            try {
                result = work.call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }
        boolean heard = settle();
        over = true; // after the deed
        if (!heard && failure != null) {
            Hop.<RuntimeException>rethrow(failure); // to the context's exception handler
        }
    }

    /** Throws what a call threw, be it checked or not. */
    @SuppressWarnings("unchecked") // the type is erased
    private static <X extends Throwable> void rethrow(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
