package dev.aiocontext.internal.loop;

import dev.aiocontext.MonitorChoice;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SigioHandler;
import dev.aiocontext.Source;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.posix.EventFd;
import dev.aiocontext.internal.relay.RelayChannel;
import dev.aiocontext.internal.relay.SigioRelay;
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
 *   <li>Call the handlers of the ready descriptors ({@link FdSources}).
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
 * <p><b>Threads.</b> {@link #counters}, {@link #monitor}, {@link #relayMode}, {@link #onSigio}, the {@link Sources} and the
 * {@link FdSources}: any. Everything else: the home thread. Other threads hand over work through the {@link Inbox}.
 */
public final class Loop {
    private final Inbox inbox;
    private final Wakeup wakeup;
    private final Counters counters = new Counters.Apart();
    private final Sources sources;
    private final FdSources fdSources;
    private final Readiness readiness;
    private final Callbacks callbacks;
    private final Arming arming;
    private final Slice slice;
    private final Waiting waiting;
    private final FdSet descriptors;
    private final EventFd doorbell;
    private final @Nullable RelayDriver relay;
    private final Drivers drivers = new Drivers();
    private final Timers timers;
    private final Hooks hooks;
    private final Ticks monotonic;
    private final ReadyList outermostReady = new ReadyList();
    private final List<ReadyList> nestedReady = new ArrayList<>();
    private final Object owner;
    private final String name;
    private final Home home;
    private Current current = new Current();

    /** The iteration that an Error has left, or the last one before a prepare that an Error has left. */
    private long leftByError = -1;

    /** While an outer loop waits for this one. */
    private volatile @Nullable LentWait lentWait;

    /** The time of the iteration that {@link #nowOf} tells, by the monotonic clock. */
    private long now;

    private long nowOf = -1;

    /**
     * Opens what the loop waits for; if that fails, all of it is closed again.
     *
     * @param owner the context, as {@link Current} tells it
     * @param name the name of the context, for messages
     * @param relayMode the relay's mode, not {@link RelayMode#AUTO}
     * @param monitorMode how to wait for descriptors
     * @param settings how to poll
     * @param home which thread is the home thread
     * @param callbacks calls the user
     * @param monotonic the monotonic clock
     * @param wall the time of day
     */
    public Loop(
            Object owner,
            String name,
            RelayMode relayMode,
            MonitorMode monitorMode,
            AdaptivePolling.Settings settings,
            Home home,
            Callbacks callbacks,
            Ticks monotonic,
            Ticks wall) {
        this.owner = owner;
        this.name = name;
        this.home = home;
        this.monotonic = monotonic;
        this.callbacks = callbacks;
        RelayChannel openedRelay = null;
        FdSet openedSet = null;
        EventFd openedDoorbell = EventFd.open("the doorbell of AioContext " + name);
        try {
            openedRelay = relayMode == RelayMode.OFF ? null : SigioRelay.open(relayMode);
            openedSet = new FdSet(monitorMode);
            descriptors = openedSet;
            doorbell = openedDoorbell;
            inbox = new Inbox(name, doorbell, openedRelay, counters.rung);
            wakeup = inbox.wakeup;
            if (openedRelay != null) {
                openedRelay.attach(inbox.wakeup);
            }
            arming = new Arming(inbox.wakeup, doorbell, openedRelay != null);
            descriptors.put(arming.entry(), FdEntry.IN);
            descriptors.reserve(doorbell.writeFd());
            if (openedRelay == null) {
                relay = null;
            } else {
                relay = new RelayDriver(name, openedRelay, arming, inbox, descriptors, callbacks, counters);
                descriptors.put(relay.entry(), FdEntry.IN);
                descriptors.reserve(openedRelay.writeFd());
                drivers.add(relay);
            }
            Unfinished unfinished = new Unfinished();
            slice = new Slice(inbox, callbacks, counters, unfinished);
            AdaptivePolling polling = new AdaptivePolling(settings, counters);
            waiting = new Waiting(inbox, slice, arming, descriptors, drivers, polling, counters, home);
            sources = new Sources(inbox, home);
            fdSources = new FdSources(descriptors, callbacks, inbox, home, sources, drivers);
            hooks = new Hooks(drivers, sources, inbox, home, callbacks, counters);
            readiness = new Readiness(descriptors, inbox, home, unfinished);
            timers = new Timers(monotonic, wall, drivers, sources, inbox, home, descriptors, callbacks, counters);
        } catch (RuntimeException | Error e) {
            openedDoorbell.close();
            if (openedSet != null) {
                openedSet.close();
            }
            if (openedRelay != null) {
                openedRelay.close();
            }
            throw e;
        }
    }

    /** {@return what other threads hand work to} */
    public Inbox inbox() {
        return inbox;
    }

    /** {@return the living sources} */
    public Sources sources() {
        return sources;
    }

    /** {@return the sources of descriptors} */
    public FdSources fdSources() {
        return fdSources;
    }

    /** {@return what parks threads until a descriptor is ready} */
    public Readiness readiness() {
        return readiness;
    }

    /** {@return what makes timers} */
    public Timers timers() {
        return timers;
    }

    /** {@return what makes hooks} */
    public Hooks hooks() {
        return hooks;
    }

    /**
     * Tells the time by the monotonic clock.
     *
     * @param isHome whether the caller is the home thread: in a callback, the clock is read once in an iteration for it
     * @return the time
     */
    public long now(boolean isHome) {
        if (!isHome || counters.depth == 0 || isInHook()) {
            return monotonic.now();
        }
        if (nowOf != counters.polls) {
            now = monotonic.now();
            nowOf = counters.polls;
        }
        return now;
    }

    /** Hooks are called before and after the loop sleeps, so the time of the iteration would be old for what comes after. */
    private boolean isInHook() {
        Around around = drivers.around();
        return around != null && around.isCalling();
    }

    /**
     * Sends a failure that an upcall has caught to the exception handler. Any thread.
     *
     * <p>An Error that has just left this loop was told to the handler. It goes on outwards, poll by poll, and ends where it was reported
     * before, or outside of all polls: else each poll would throw it again, and nothing behind it in the queue would run.
     *
     * @param source the source whose callback failed, or null
     * @param failure what it threw
     */
    public void report(@Nullable Source source, Throwable failure) {
        if (!home.isEntered()) {
            FailureReport.send(name, inbox, source, failure, Integer.MAX_VALUE);
        } else if (leftByError != counters.polls || !callbacks.hasThrown(failure, counters.depth)) {
            FailureReport.send(name, inbox, source, failure, counters.depth);
        }
    }

    /** {@return the relay's mode} */
    public RelayMode relayMode() {
        return relay == null ? RelayMode.OFF : relay.mode();
    }

    /** {@return which monitor is in use, and why} */
    public MonitorChoice monitor() {
        return descriptors.monitor();
    }

    /** {@return what has been counted} */
    public Counters counters() {
        return counters;
    }

    /**
     * Handles SIGIO, in place of the source that does so now.
     *
     * @param handler what to call
     * @return the source; null if the loop has no relay
     */
    public @Nullable Source onSigio(SigioHandler handler) {
        if (relay == null) {
            return null;
        }
        SigioWork source = new SigioWork(relay, sources, handler);
        sources.add(source);
        SigioWork replaced = relay.put(source);
        if (replaced != null) {
            replaced.retire();
        }
        return source;
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
        LentWait lent = lentWait;
        if (lent != null) {
            return lent.poll(longestWait);
        }
        if (longestWait != 0) {
            home.requireMayPoll(); // a virtual thread stays the home thread after a callback has ended the embedding
        }
        return turn(longestWait);
    }

    /**
     * Runs one iteration. A wait that is lent to an outer loop is over. It is kept short: the JVM's compiler does not inline a method of more than
     * 325 bytes, and a poll without work then takes a tenth more.
     */
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
            leftByError = counters.polls;
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
            fdSources.tellAgain();
        }
    }

    /**
     * Has an outer loop wait for this one. Any thread, while none polls.
     *
     * @return by which it does so; open, until it is closed or the loop ends
     * @throws IllegalStateException if there is one already
     * @throws UnsupportedOperationException if poll(2) is forced
     */
    public synchronized LentWait openLentWait() {
        if (lentWait != null) {
            throw new IllegalStateException(home.describe() + " is embedded already");
        }
        LentWait opened = LentWait.open(this, waiting, descriptors, doorbell, home);
        lentWait = opened;
        return opened;
    }

    /** Begins a wait that an outer loop makes; see {@link Waiting#lend}. The hooks are called as callbacks are. */
    long lend() {
        if (counters.depth > 0) {
            askAgainForEdges();
        }
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        try {
            return waiting.lend();
        } catch (Error e) {
            leftByError = counters.polls;
            throw e;
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Has the kernel tell the edges again that the poll around a wait has found and not dispatched: an outer loop sees the kernel alone. */
    private void askAgainForEdges() {
        ReadyList found = nestedReadyList(counters.depth - 1);
        if (found.size() > 0) {
            found.clear();
            fdSources.tellAgain();
        }
    }

    /** Ends a wait that is lent, if there is one. */
    void takeBack() {
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        try {
            waiting.takeBack();
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Waits by itself from now on. */
    void endLent() {
        lentWait = null;
        takeBack();
    }

    private boolean dispatch(ReadyList ready) {
        boolean progress = false;
        for (int next = 0; next < ready.size(); next++) {
            FdEntry entry = ready.get(next);
            progress |= entry instanceof FdWaiters waiters ? readiness.dispatch(waiters) : fdSources.dispatch(entry);
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
     * Finds the list of this poll: each nested poll walks a list of its own. An Error may have left entries in it. A nested poll begins with
     * the edges that the poll around it has found and not dispatched: the kernel does not tell them again, and the nested poll may be made
     * to wait for one of them.
     */
    private ReadyList readyList() {
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

    /** {@return whether there is work that was accepted, and that has not been run} */
    public boolean hasAcceptedWork() {
        return inbox.hasAcceptedWork() || slice.hasUnfinished();
    }

    /** Runs a slice of what is left after {@link Inbox#refuse}. */
    public void runAcceptedWork() {
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        try {
            slice.run();
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /**
     * Runs work that is in no queue, while the context is being closed.
     *
     * @param work the work
     */
    public void runAtEnd(Runnable work) {
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        try {
            callbacks.run(work);
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Has the producers that the loop has silenced told that it polls no more, while the context is being closed. */
    public void endPolling() {
        Around around = drivers.around();
        PollDriver polls = around == null ? null : around.polls();
        if (polls == null) {
            return;
        }
        Object before = current.context;
        current.enter(owner);
        counters.depth++;
        try {
            polls.endAll();
        } finally {
            counters.depth--; // stores only: they hold after an Error too
            if (--current.depth > 0) {
                current.context = before;
            }
        }
    }

    /** Frees everything, even if a part of it fails. */
    public void free() {
        leave();
        timers.end();
        LentWait lent = lentWait;
        try {
            if (lent != null) {
                lent.close();
            }
        } finally {
            leave(); // the hooks' last calls have entered it again
            freeTheRest();
        }
    }

    private void freeTheRest() {
        try {
            fdSources.close();
        } finally {
            try {
                for (Driver driver : drivers.inUse()) {
                    driver.close();
                }
            } finally {
                doorbell.close();
            }
        }
    }
}
