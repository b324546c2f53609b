package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One iteration of the loop (QEMU's {@code aio_poll}):
 * <ol>
 *   <li>Call the hooks, work out how long the loop may wait, and wait ({@code Waiting}). It does not wait if there is work.
 *   <li>Accept the wake-up: drain the doorbell, read what the drivers have received, take the bare wake-up.
 *   <li>Run a slice of the work that is there ({@code Slice}).
 *   <li>Call the handlers of the ready descriptors ({@link FdDispatch}).
 *   <li>Let the drivers call what is due: the handler of SIGIO, timers ({@link TimerDriver}).
 * </ol>
 *
 * <p><b>Fairness.</b> Each step of an iteration is bounded, so that none keeps the others, or {@code stop()}, waiting:
 * <ol>
 *   <li>Work is a slice of what was there when the step began: at most 1,024 pieces, or as many as begin within
 *       500 us. The clock is read after 16 pieces and then after each further 16 to 64. So a slice of slow pieces may take longer
 *       than its time: by 16 of them before the time begins, and by 16 to 64 after it is over. The rest stays in the queue, in
 *       its order, and the next iteration does not wait.
 *   <li>Idle work is a second slice of the same size.
 *   <li>Handlers are those of at most 1,024 ready descriptors, and of those that are always ready. The
 *       others come first in the next iteration.
 *   <li>Timers are at most 1,024 of those that are due, or as many as begin within 500 us.
 * </ol>
 * A full slice of the shortest pieces takes about 10 us. The look for descriptors between two slices takes 0.3 us, which is 3 % of
 * that. Behind longer pieces, a descriptor waits for one slice of 500 us.
 *
 * <p><b>Threads.</b> The home thread. Other threads hand over work through the {@link Inbox}, and {@link LoopParts} has what else they may use.
 *
 * <p><b>Errors.</b> An Error of a callback leaves the iteration, and the next one goes on with what is left: {@link Slice} keeps work that was cut
 * short, the kernel tells again of descriptors that are ready, and each driver keeps what is due. That a poll has ended is noted by stores, in
 * lines that {@link Embedding} and {@link LastCalls} repeat: to call a method for that would need stack.
 *
 * <p><b>Its size.</b> C2 inlines {@link #turn} into a poll only up to 325 bytes of bytecode. It inlines a poll into its caller only
 * up to 2,500 bytes of machine code. Beyond that, a poll without work takes a tenth more. So what {@code turn} reads is in fields of this
 * class, and {@link Slice} has a branch of its own for idle work. No method on the way names a class in its signature that is not loaded in
 * a plain run.
 */
public final class Loop {
    private final Wakeup wakeup;
    private final Counters counters;
    private final FdDispatch fdDispatch;
    private final Readiness readiness;
    private final Arming arming;
    private final Slice slice;
    private final Waiting waiting;
    private final Drivers drivers;
    private final Home home;
    private final ReadyList outermostReady = new ReadyList();
    private final List<ReadyList> nestedReady = new ArrayList<>();

    /** The context, as {@link Current} tells it. */
    final Object owner;

    /** That of the thread that polls. It stays the same while a poll is under way. */
    Current current = new Current();

    /** While an outer loop waits for this one. {@link Embedding} writes it. */
    volatile @Nullable LentWait lent;

    /**
     * Creates it.
     *
     * @param owner the context, as {@link Current} tells it
     * @param parts what it puts in order
     */
    public Loop(Object owner, LoopParts parts) {
        this.owner = owner;
        wakeup = parts.inbox.wakeup;
        counters = parts.counters;
        fdDispatch = parts.fdDispatch;
        readiness = parts.readiness;
        arming = parts.arming;
        slice = parts.slice;
        waiting = parts.waiting;
        drivers = parts.drivers;
        home = parts.home;
    }

    /**
     * Makes a thread the one that polls from now on. What tells whose context it polls is a store only: an Error leaves no thread that
     * polls for another.
     *
     * @param caller the calling thread's, asked for before the thread entered
     */
    public void enter(Current caller) {
        current = caller;
        if (!waiting.isLentAndWaits()) { // else the outer loop's wait goes on
            counters.load.enters();
        }
    }

    /** Lets go of the context, so that its home thread does not keep it alive. A store only. */
    public void leave() {
        if (current.depth == 0) {
            current.context = null;
        }
    }

    /** {@return whether a callback is under way} */
    public boolean isInCallback() {
        return counters.depth > 0;
    }

    /**
     * Runs one iteration.
     *
     * @param longestWait for how many nanoseconds to wait at most until there is something to do; negative for ever
     * @return true if it made progress
     * @throws IllegalStateException if a virtual thread would wait
     */
    public boolean iterate(long longestWait) {
        LentWait outer = lent;
        if (outer != null) {
            return outer.poll(longestWait);
        }
        if (longestWait == 0) {
            counters.timersLeft = false;
            return turn(0) || counters.timersLeft; // there is more to do
        }
        home.requireMayPoll(); // a virtual thread stays the home thread after a callback has ended the embedding
        return turns(longestWait);
    }

    /**
     * Runs one iteration. If it was to wait, and timers alone have ended the wait, and none of them fired, another one waits on: the timer was
     * disarmed, moved or suspended, or another thread has armed it just now. No callback has run then, so nothing has changed for the caller.
     */
    boolean turns(long longestWait) {
        long left = longestWait;
        while (true) {
            long called = counters.asked;
            long inVain = counters.timersInVain;
            counters.timersLeft = false;
            if (turn(left)) {
                return true;
            }
            if (left == 0) {
                return counters.timersLeft; // there is more to do
            }
            if (counters.timersInVain == inVain || counters.asked != called || drivers.haveAround()) {
                return false;
            }
            if (left > 0) {
                left -= waiting.lasted();
                if (left <= 0) {
                    return false;
                }
            }
        }
    }

    /** Runs one iteration. A wait that is lent to an outer loop is over. */
    boolean turn(long longestWait) {
        counters.polls++;
        ReadyList ready = readyList();
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        boolean dispatched = false;
        try {
            if (longestWait != 0) {
                slice.dropCancelled();
            }
            boolean found = waiting.await(ready.size() > 0 ? 0 : longestWait, ready);
            accept(found);
            boolean progress = slice.run();
            progress |= found && dispatch(ready);
            dispatched = true;
            for (Driver driver : drivers.inUse()) {
                progress |= driver.dispatch();
            }
            return progress;
        } catch (Error e) {
            counters.leftByError = counters.polls;
            throw e;
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
            forget(ready, dispatched);
        }
    }

    /** Clears the list of a poll. If an Error has come before its handlers, the kernel is to tell the edges again. */
    private void forget(ReadyList ready, boolean dispatched) {
        boolean lost = !dispatched && ready.hasEdges();
        ready.clear();
        if (lost) {
            fdDispatch.tellAgain();
        }
    }

    private boolean dispatch(ReadyList ready) {
        boolean progress = false;
        for (int next = 0; next < ready.size(); next++) {
            FdEntry entry = ready.get(next);
            progress |= entry instanceof FdWaiters waiters ? readiness.dispatch(waiters) : fdDispatch.dispatch(entry);
        }
        return progress;
    }

    /**
     * Accepts the wake-up, before the work is taken. A later announcement is then for later work.
     *
     * @param found whether the wait found ready descriptors; if not, the doorbell is not among them
     */
    private void accept(boolean found) {
        if (found) {
            arming.acceptDoorbell();
        }
        for (Driver driver : drivers.inUse()) {
            driver.accept();
        }
        if (wakeup.takeRequest()) {
            counters.asked++;
        }
    }

    /**
     * Finds the list of a poll, because each nested poll walks a list of its own. An Error may have left entries in it. A nested
     * poll begins with the edges that the poll around it has found and not dispatched. The kernel does not tell them again, and the
     * nested poll may be made to wait for one of them.
     */
    ReadyList readyList() {
        if (counters.depth > 0) {
            return nestedReadyList(counters.depth - 1);
        }
        outermostReady.clear();
        return outermostReady;
    }

    private ReadyList nestedReadyList(int outerPolls) {
        while (nestedReady.size() <= outerPolls) { // hooks are called one deeper, and may not poll
            nestedReady.add(new ReadyList());
        }
        ReadyList ready = nestedReady.get(outerPolls);
        ready.clear();
        ready.takeOverEdges(outerPolls == 0 ? outermostReady : nestedReady.get(outerPolls - 1));
        return ready;
    }
}
