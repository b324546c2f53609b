package dev.aiocontext.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The home thread of a context: the only one that may poll.
 *
 * <p><b>Threads.</b> Any thread may call any method; {@link #rest}, {@link #giveBack}, {@link #isAside} and {@link #setAside}: the
 * home thread.
 *
 * <p><b>Why two threads never poll at once.</b> Only a compare-and-set takes the context from no thread, or from a thread that
 * has ended. A home thread that gives the context up stores that last: a thread that takes it then sees all that the home
 * thread did.
 */
public final class Home {
    private static final VarHandle THREAD;

    static {
        try {
            THREAD = MethodHandles.lookup().findVarHandle(Home.class, "thread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String context;

    /** The thread that may poll; null before the first poll, and while the home thread has given the context up. */
    private volatile @Nullable Thread thread;

    /** The thread that gave the context up last. No other may poll while it lives. */
    private volatile @Nullable Thread resting;

    /** The home thread's: it runs outside of the loop, which counts as asleep. */
    private boolean aside;

    /**
     * Creates it, without a home thread.
     *
     * @param context the name of the context, for messages
     */
    public Home(String context) {
        this.context = context;
    }

    /** {@return what messages call the context} */
    String describe() {
        return "AioContext " + context;
    }

    /** {@return whether the calling thread is the home thread, or gave the context up last} */
    public boolean isCurrent() {
        Thread now = thread;
        return Thread.currentThread() == (now == null ? resting : now);
    }

    /** {@return whether the calling thread is the home thread and has not given the context up} */
    public boolean isEntered() {
        return Thread.currentThread() == thread;
    }

    /** {@return whether the home thread runs outside of the loop, which counts as asleep meanwhile} Asked by the home thread. */
    public boolean isAside() {
        return aside;
    }

    /** Notes whether the loop counts as asleep although the home thread runs. */
    void setAside(boolean now) {
        aside = now;
    }

    /**
     * Refuses a virtual thread.
     *
     * @throws IllegalStateException if this is one
     */
    public void requireMayPoll() {
        Thread caller = Thread.currentThread();
        if (caller.isVirtual()) {
            throw new IllegalStateException("AioContext " + context
                    + " needs a platform thread to poll: a blocked poll would hold the carrier of " + caller);
        }
    }

    /**
     * Refuses a thread that may not poll, and says how else it can wait.
     *
     * @throws IllegalStateException if another thread is the home thread, or gave the context up and lives
     */
    public void requireMayWait() {
        Thread now = thread;
        Thread owner = now == null ? resting : now;
        if (owner != null && owner != Thread.currentThread() && owner.isAlive()) {
            throw new IllegalStateException("waitWhile() polls AioContext " + context + ", so only its home thread "
                    + owner + " may call it, not " + Thread.currentThread()
                    + ", which can wait for a future of submit()");
        }
    }

    /** {@return the home thread, if there is one} */
    public @Nullable Thread thread() {
        return thread;
    }

    /**
     * Makes the calling thread the home thread, to poll.
     *
     * @throws IllegalStateException if another thread is the home thread, or gave the context up and lives
     */
    public void enter() {
        adopt("poll", false);
    }

    /**
     * Makes the calling thread the home thread, to close the context.
     *
     * @return the home thread before, which {@link #giveBack} takes
     * @throws IllegalStateException if another thread is the home thread, lives, and has not given the context up
     */
    public @Nullable Thread enterToClose() {
        return isEntered() ? Thread.currentThread() : adopt("close", true);
    }

    private @Nullable Thread adopt(String what, boolean whileResting) {
        Thread caller = Thread.currentThread();
        Thread before = thread;
        Thread owner = before == null && !whileResting ? resting : before;
        boolean vacant = owner == null || owner == caller || !owner.isAlive();
        if (!vacant || !THREAD.compareAndSet(this, before, caller)) {
            throw new IllegalStateException("only its home thread " + (owner == null ? thread : owner) + " may " + what
                    + " AioContext " + context + ", not " + caller);
        }
        return before;
    }

    /**
     * Undoes {@link #enterToClose}.
     *
     * @param before what that returned
     */
    public void giveBack(@Nullable Thread before) {
        thread = before;
    }

    /**
     * Lets another thread close the context, until the home thread polls again. Stores only: they hold after an Error too.
     *
     * @param home the calling thread
     */
    public void rest(Thread home) {
        resting = home;
        thread = null; // the last: it hands over all that this thread did
    }
}
