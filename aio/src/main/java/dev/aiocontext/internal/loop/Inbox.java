package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.EventFd;
import dev.aiocontext.internal.relay.RelayChannel;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what other threads hand to a loop: work, idle work, and bare wake-ups.
 *
 * <p><b>Threads.</b> {@link #push}, {@link #pushIdle}, {@link #wakeup}, {@link #wakeupIfOpen}, {@link #requireOpen} and {@link
 * #rung}: any. Everything else: the home thread.
 *
 * <p><b>Why nothing is overlooked.</b> A push comes before the ring, see {@link Wakeup}. The loop's look for what notifiers announce
 * is in {@code Waiting}.
 *
 * <p><b>Errors.</b> A call that ends in an Error may or may not have handed its work over; every later call works.
 */
public final class Inbox implements Executor {
    private final String context;
    final WorkQueue<Runnable> work = new WorkQueue<>(1024);
    final WorkQueue<Runnable> idleWork = new WorkQueue<>(16);
    final Wakeup wakeup;

    private final EventFd doorbell;

    /** Notifiers: how often the doorbell was rung. */
    private final AtomicLong rung;

    /** Notifiers: when it was rung last, {@link System#nanoTime}. A late ring may make it too late. */
    private volatile long rungAt;

    private volatile boolean closed;

    /** Creates an inbox for a doorbell, and a second one if the loop has a relay. */
    Inbox(String context, EventFd doorbell, @Nullable RelayChannel relay, AtomicLong rung) {
        this.context = context;
        this.doorbell = doorbell;
        this.rung = rung;
        Doorbell bell = Doorbell.orFault(new Bell());
        wakeup = new Wakeup(relay == null ? bell : bell.andThen(relay));
        doorbell.trySet(); // a rehearsal, because a notifier may lack the stack to link the call
        doorbell.testAndClear();
    }

    /** The loop's doorbell. A class, because to link a method reference takes longer. */
    private final class Bell implements Doorbell {
        @Override
        public void ring(long arming) {
            rung.incrementAndGet();
            rungAt = System.nanoTime();
            doorbell.trySet();
        }
    }

    /**
     * Queues work and wakes the loop.
     *
     * @param newWork the work
     * @return false if the loop is closed
     */
    public boolean push(Runnable newWork) {
        boolean pushed = work.push(newWork);
        if (pushed) {
            wakeup.ringAfterPush();
        }
        return pushed;
    }

    /**
     * Runs a task on the loop.
     *
     * @param task the task
     * @throws RejectedExecutionException if the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (!push(task)) {
            throw rejection();
        }
    }

    /**
     * Fails as {@link #execute} does if the loop is closed.
     *
     * @throws RejectedExecutionException if it is
     */
    void requireAccepting() {
        if (closed) {
            throw rejection();
        }
    }

    private RejectedExecutionException rejection() {
        return new RejectedExecutionException("AioContext " + context + " is closed");
    }

    /**
     * Queues work that can wait for 10 ms.
     *
     * @param newWork the work
     * @return false if the loop is closed
     */
    public boolean pushIdle(Runnable newWork) {
        boolean pushed = idleWork.push(newWork);
        if (pushed) {
            wakeup.ringAfterPush(); // a loop that waits for ever must come to know that it may wait 10 ms only
        }
        return pushed;
    }

    /** Wakes the loop with no work. */
    public void wakeup() {
        wakeup.request();
    }

    /** Wakes the loop with no work, unless it is closed. */
    public void wakeupIfOpen() {
        if (!closed) {
            wakeup.request();
        }
    }

    /** {@return whether the loop is closed} */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Fails if the loop is closed.
     *
     * @throws IllegalStateException if it is
     */
    public void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    /** {@return the exception for a call that comes after the context was closed} */
    public IllegalStateException closedException() {
        return new IllegalStateException("AioContext " + context + " is closed");
    }

    /** Tells when the doorbell was rung last, by {@link System#nanoTime}. */
    long rungAt() {
        return rungAt;
    }

    /** Says whether there is work or a bare wake-up, idle work included. */
    boolean hasWork() {
        return !work.isEmpty() || wakeup.isRequested() || !idleWork.isEmpty();
    }

    /** {@return whether work was accepted that has not been taken} Home thread. */
    public boolean hasAcceptedWork() {
        return !work.isEmpty() || !idleWork.isEmpty();
    }

    /** Takes no more work. Work that was accepted before can still be taken. Home thread. */
    public void refuse() {
        work.close();
        idleWork.close();
        closed = true;
    }
}
