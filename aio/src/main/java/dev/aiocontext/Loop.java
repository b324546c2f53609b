package dev.aiocontext;

import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.relay.RelayChannel;
import dev.aiocontext.internal.relay.SigioRelay;
import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One iteration of the loop (QEMU's {@code aio_poll}): wait if there is nothing to do, accept the wake-up, run the work,
 * call the handlers of ready descriptors.
 *
 * <p><b>Fairness.</b> Each step of an iteration is bounded, so that none keeps the others, or {@code stop()}, waiting:
 * <ol>
 *   <li>Work is a slice of what was there when the step began: at most {@link #SLICE} pieces, or as many as begin within
 *       {@link #SLICE_NANOS}. The clock is read after 16 pieces and then after each further 16 to 64. So a slice of slow
 *       pieces takes as long as 16 of them before its time begins, and as long as 16 to 64 after it is over. The rest stays
 *       in the queue, in its order, and the next iteration does not wait.
 *   <li>Idle work is a second slice of the same size.
 *   <li>Handlers are those of at most {@link ReadyList#MOST} ready descriptors, and of those that are always ready. What was
 *       left out comes first in the next iteration.
 * </ol>
 * A full slice of the shortest pieces takes about 10 us, so the look for descriptors between two slices (0.3 us) is 3 % of
 * it. A slice of 500 us of longer pieces is what a descriptor waits for behind them.
 *
 * <p><b>Threads.</b> {@link #push}, {@link #pushIdle}, {@link #wakeup} and {@link #onSigio}: any. Everything else: the home
 * thread, as {@link AioContext} sees to.
 */
final class Loop {
    private static final long IDLE_WAIT = TimeUnit.MILLISECONDS.toNanos(10);

    /** While polling: how often to ask the kernel for ready descriptors, which costs about 0.3 us each time. */
    private static final long KERNEL_LOOK = TimeUnit.MICROSECONDS.toNanos(2);

    /** While polling, after an iteration that ran several pieces of work: how long to leave those alone who push more. */
    private static final long BURST_REST = TimeUnit.MICROSECONDS.toNanos(2);

    /** While polling: reading the clock takes as long as a few looks for work. */
    private static final int LOOKS_PER_CLOCK = 8;

    /** The most pieces of work in one iteration: as many as a segment of the queue has. */
    static final int SLICE = 1024;

    /** How long an iteration goes on to begin pieces of work, if it looks at the clock at all. */
    private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** Pieces of work from one look at the clock to the next, at first, and at the most: a look costs as much as two pieces. */
    private static final int FIRST_STRIDE = 16;

    private static final int LAST_STRIDE = 64;

    final Counters counters = new Counters.Apart();
    final Registrations registrations;

    private final String name;
    private final UserCode userCode;
    private final Wakeup wakeup;
    private final WorkQueue<Runnable> work = new WorkQueue<>(1024);
    private final WorkQueue<Runnable> idleWork = new WorkQueue<>(16);

    /** Notifiers: when the doorbell was rung last, {@link System#nanoTime}. A late ring may make it too late. */
    private volatile long rungAt;

    // The home thread's, or immutable.
    private final EventNotifier doorbell;
    private final FdEntry doorbellEntry;
    private final @Nullable RelayEnd relay;
    private final FdSet descriptors;
    private final AdaptivePolling polling;
    private final List<ReadyList> readyLists = new ArrayList<>();
    private final int ownDescriptors;
    private long armedAt;
    private boolean answered;
    private long drainedArming;

    /** Up to here, idle work is due. What a slice leaves of it, or an Error, waits for nothing. */
    private long idleDue;

    /** Opens what the loop waits for; if that fails, all of it is closed again. */
    Loop(
            String name,
            RelayMode relayMode,
            MonitorMode monitorMode,
            AdaptivePolling.Settings polling,
            UserCode userCode,
            Runnable descriptorsChanged) {
        this.name = name;
        this.polling = new AdaptivePolling(polling, counters);
        this.userCode = userCode;
        RelayChannel openedRelay = null;
        FdSet openedSet = null;
        EventNotifier openedDoorbell = EventNotifier.open();
        try {
            openedRelay = relayMode == RelayMode.OFF ? null : SigioRelay.open(relayMode, this::hasGoneOn);
            openedSet = new FdSet(monitorMode);
            descriptors = openedSet;
            doorbell = openedDoorbell;
            relay = openedRelay == null ? null : new RelayEnd(openedRelay, this, counters);
            doorbellEntry = new FdEntry(doorbell.fd());
            descriptors.put(doorbellEntry, FdEntry.IN);
            descriptors.reserve(doorbell.writeFd());
            if (relay != null && openedRelay != null) {
                descriptors.put(relay.entry(), FdEntry.IN);
                descriptors.reserve(openedRelay.writeFd());
            }
            ownDescriptors = descriptors.size();
            registrations = new Registrations(descriptors, userCode, descriptorsChanged);
            Doorbell bell = Doorbell.orFault(this::ringDoorbell);
            wakeup = new Wakeup(openedRelay == null ? bell : bell.andThen(openedRelay));
            doorbell.trySet(); // a rehearsal, because a notifier may lack the stack to link the call
            doorbell.testAndClear();
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

    RelayMode relayMode() {
        return relay == null ? RelayMode.OFF : relay.mode();
    }

    MonitorChoice monitor() {
        return descriptors.monitor();
    }

    /** Queues work and wakes the loop; false if the loop is closed. */
    boolean push(Runnable newWork) {
        boolean pushed = work.push(newWork);
        if (pushed) {
            wakeup.ringAfterPush();
        }
        return pushed;
    }

    /** Queues work that can wait for 10 ms; false if the loop is closed. */
    boolean pushIdle(Runnable newWork) {
        boolean pushed = idleWork.push(newWork);
        if (pushed) {
            wakeup.ringAfterPush(); // a loop that waits for ever must come to know that it may wait 10 ms only
        }
        return pushed;
    }

    /** Wakes the loop with no work. */
    void wakeup() {
        wakeup.request();
    }

    private void ringDoorbell(long arming) {
        counters.rung.incrementAndGet();
        rungAt = System.nanoTime();
        doorbell.trySet();
    }

    /** Handles SIGIO; false if the loop has no relay. */
    boolean onSigio(UserCode.@Nullable Callback handler) {
        if (relay != null) {
            relay.onSigio(handler);
        }
        return relay != null;
    }

    /** Whether a callback is under way. */
    boolean isInCallback() {
        return counters.depth > 0;
    }

    /** One iteration; true if it made progress. */
    boolean iterate(boolean blocking) {
        counters.polls++;
        ReadyList ready = readyList();
        counters.depth++;
        try {
            if (blocking) {
                dropCancelled();
            }
            await(blocking ? timeout(0) : 0, ready);
            acceptWakeup();
            boolean ranWork = runWork();
            boolean calledSigioHandler = relay != null && relay.callSigioHandler(userCode);
            boolean calledHandlers = dispatch(ready);
            return ranWork || calledSigioHandler || calledHandlers;
        } finally {
            counters.depth--;
            ready.clear();
        }
    }

    /** Drops bottom halves that were cancelled from the head of the queue: they are nothing to stay awake for. */
    private void dropCancelled() {
        while (work.peek() instanceof BottomHalfWork bottomHalf && bottomHalf.isCancelled()) {
            long end = work.end();
            work.take(end);
            if (BottomHalfFlags.isDue(bottomHalf.takeDue(end))) {
                bottomHalf.scheduleAgain(); // just now, by a thread that relied on the entry
            }
        }
    }

    /** For how many nanoseconds there is nothing to do: 0, for ever (-1), or what is left of 10 ms. The one look for work. */
    private long timeout(long waited) {
        if (isAnnounced() || (relay != null && relay.isHandlerDue())) {
            return 0;
        }
        if (!idleWork.isTaken(idleDue)) {
            return 0;
        }
        return idleWork.isEmpty() ? -1 : Math.max(0, IDLE_WAIT - waited);
    }

    /** Whether there is what notifiers announce by a wake-up. */
    boolean isAnnounced() {
        return !work.isEmpty() || wakeup.isRequested();
    }

    /** Whether there is any, idle work included. */
    boolean hasWork() {
        return isAnnounced() || !idleWork.isEmpty();
    }

    private void await(long timeout, ReadyList ready) {
        if (timeout == 0) {
            // There is work: enter the kernel only if there are descriptors that must not starve behind it.
            looksIntoKernel(ready);
            return;
        }
        if (polling.isOn()) {
            pollThenBlock(polling.limit(timeout), ready);
        } else {
            block(0, ready);
        }
    }

    private void pollThenBlock(long limit, ReadyList ready) {
        if (limit > 0 && !counters.burst && looksIntoKernel(ready)) {
            polling.hit(0); // at once: to read the clock would take as long
            return;
        }
        long began = System.nanoTime();
        long polled = 0;
        if (limit > 0) {
            boolean found = spin(began, limit, ready);
            polled = System.nanoTime() - began;
            if (found) {
                polling.hit(polled);
                return;
            }
        }
        block(polled, ready);
        // Up to the ring, if there was one: how long it then takes to wake up is what polling would save.
        long rung = answered ? rungAt - began : 0;
        polling.waited(polled, rung > 0 ? rung : System.nanoTime() - began);
    }

    /** Blocks until there is something to do, unless there is something now. */
    private void block(long waited, ReadyList ready) {
        if (relay != null) {
            armedAt = System.nanoTime();
        }
        wakeup.arm();
        try {
            descriptors.await(timeout(waited), ready);
        } finally {
            answered = wakeup.disarm();
        }
    }

    /**
     * Looks for work, and now and then for ready descriptors, without announcing it: a notifier finds the loop awake. Says
     * whether it found something within the time.
     */
    private boolean spin(long began, long limit, ReadyList ready) {
        long elapsed = counters.burst ? rest(began) : 0;
        long nextLook = KERNEL_LOOK;
        do {
            for (int i = 0; i < LOOKS_PER_CLOCK; i++) {
                if (isAnnounced()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            elapsed = System.nanoTime() - began;
            if (elapsed >= nextLook) {
                if (looksIntoKernel(ready)) {
                    return true;
                }
                nextLook = elapsed + KERNEL_LOOK;
            }
        } while (elapsed < limit && (elapsed < IDLE_WAIT || idleWork.isEmpty()));
        return false;
    }

    /** Work streams in: to look for each piece, the moment it comes, would slow down who pushes it. */
    private static long rest(long began) {
        long elapsed = 0;
        while (elapsed < BURST_REST) {
            Thread.onSpinWait();
            elapsed = System.nanoTime() - began;
        }
        return elapsed;
    }

    private boolean looksIntoKernel(ReadyList ready) {
        if (descriptors.size() > ownDescriptors || (relay != null && relay.handlesSigio())) {
            descriptors.await(0, ready);
        }
        return ready.size() > 0;
    }

    /** Before the work is taken: what is announced after this comes after it. */
    private void acceptWakeup() {
        if (doorbellEntry.takeEvents() != 0) {
            drainDoorbell();
        }
        if (relay != null) {
            relay.accept();
        }
        if (wakeup.takeRequest()) {
            counters.asked++;
        }
    }

    private boolean drainDoorbell() {
        boolean rung = doorbell.testAndClear();
        if (rung) {
            drainedArming = wakeup.arming();
        }
        return rung;
    }

    private boolean hasGoneOn(long arming) {
        return wakeup.hasGoneOn(arming);
    }

    boolean isLastArming(long arming) {
        return arming == wakeup.arming();
    }

    /** Whether the doorbell has woken the last arming, if it is this; looks once more. */
    boolean doorbellRangFor(long arming) {
        return drainedArming == arming || drainDoorbell();
    }

    /** Says what it saw of a wake-up that the relay rescued. */
    void describe(RescueEvent event, long rungAt) {
        event.context = name;
        event.state = answered ? "RUNG" : "ARMED";
        event.doorbellReadable = drainedArming == wakeup.arming();
        event.monitor = descriptors.monitor().monitor().name().toLowerCase(Locale.ROOT);
        event.work = !work.isEmpty() || !idleWork.isEmpty();
        event.request = wakeup.isRequested();
        event.asleep = rungAt - armedAt;
    }

    /** Runs a slice of the work that is there now; what it queues itself is for the next poll, be that a nested one. */
    private boolean runWork() {
        long end = work.end();
        long idleEnd = idleWork.end();
        long before = counters.asked;
        boolean progress = run(work, end);
        counters.burst = counters.asked - before > 1;
        idleDue = Math.max(idleDue, idleEnd); // a nested poll may have had a later one
        progress |= run(idleWork, idleEnd);
        return progress;
    }

    private boolean run(WorkQueue<Runnable> queue, long end) {
        boolean progress = false;
        long began = 0;
        int stride = FIRST_STRIDE;
        int look = stride;
        int pieces = 0;
        for (Runnable next = queue.take(end); next != null; next = queue.take(end)) {
            counters.asked++;
            progress |= run(next, end, queue == work);
            if (++pieces == look) {
                long now = System.nanoTime();
                if (began == 0) {
                    began = now;
                } else if (now - began > SLICE_NANOS || pieces == SLICE) {
                    break;
                } else if (now - began < SLICE_NANOS / 4) {
                    stride = Math.min(LAST_STRIDE, 2 * stride);
                }
                look = Math.min(SLICE, look + stride);
            }
        }
        return progress;
    }

    private boolean run(Runnable next, long end, boolean due) {
        if (next instanceof BottomHalfWork bottomHalf) {
            return due ? runDue(bottomHalf, end) : runIdle(bottomHalf, end);
        }
        userCode.run(next);
        return true;
    }

    private boolean runDue(BottomHalfWork bottomHalf, long end) {
        boolean due = BottomHalfFlags.isDue(bottomHalf.takeDue(end));
        if (due) {
            userCode.run(bottomHalf);
        }
        return due;
    }

    /** Says whether it was progress: an idle one is not, but one that became due while it waited here is. */
    private boolean runIdle(BottomHalfWork bottomHalf, long end) {
        int flags = bottomHalf.takeIdle(end);
        if (BottomHalfFlags.isScheduled(flags)) {
            userCode.run(bottomHalf);
        }
        return BottomHalfFlags.isDue(flags);
    }

    private boolean dispatch(ReadyList ready) {
        boolean progress = false;
        for (int i = 0; i < ready.size(); i++) {
            progress |= registrations.dispatch(ready.get(i));
        }
        return progress;
    }

    /** Each nested poll walks a list of its own. */
    private ReadyList readyList() {
        if (counters.depth == readyLists.size()) {
            readyLists.add(new ReadyList());
        }
        return readyLists.get(counters.depth);
    }

    /** Takes no more work. What was accepted before is left to {@link #runAcceptedWork}. */
    void refuseWork() {
        work.close();
        idleWork.close();
    }

    boolean hasAcceptedWork() {
        return !work.isEmpty() || !idleWork.isEmpty();
    }

    /** Runs what is left after {@link #refuseWork}. */
    void runAcceptedWork() {
        counters.depth++;
        try {
            runWork();
        } finally {
            counters.depth--;
        }
    }

    /** Runs work that is in no queue, while the context is being closed. */
    void runAtEnd(Runnable work) {
        counters.depth++;
        try {
            userCode.run(work);
        } finally {
            counters.depth--;
        }
    }

    /** Frees everything, even if a part of it fails. */
    void free() {
        try {
            registrations.close();
        } finally {
            try {
                if (relay != null) {
                    relay.close();
                }
            } finally {
                doorbell.close();
            }
        }
    }
}
