package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Waits until there is something to do: calls the hooks, polls adaptively, arms, blocks, disarms. Home thread. */
final class Waiting {
    private static final long IDLE_WAIT = TimeUnit.MILLISECONDS.toNanos(10);

    /** While polling: how often to ask the kernel for ready descriptors, which costs about 0.3 us each time. */
    private static final long KERNEL_LOOK = TimeUnit.MICROSECONDS.toNanos(2);

    /** While polling, after an iteration that ran several pieces of work: how long to leave the pushing threads alone. */
    private static final long BURST_REST = TimeUnit.MICROSECONDS.toNanos(2);

    /** While polling: how many looks for work to take before the clock is read, which takes as long as a few looks. */
    private static final int LOOKS_PER_CLOCK = 8;

    private final Inbox inbox;
    private final WorkQueue<Runnable> work;
    private final WorkQueue<Runnable> idleWork;
    private final Wakeup wakeup;
    private final Slice slice;
    private final Arming arming;
    private final FdSet descriptors;
    private final Drivers drivers;
    private final AdaptivePolling polling;
    private final Counters counters;
    private final Home home;
    private final Ticks clock;
    private final int ownAtFirst;
    private int ownDescriptors;

    /** An outer loop waits in place of this one. */
    private boolean lent;

    /** Sources are polled in user space, or were. No signature names what does it, because that may not be loaded: see {@link Drivers}. */
    private boolean polled;

    /** How long the last wait was, by the clock that it went by: one that skips idle time may have jumped instead. */
    private long lasted;

    /** The wait that is lent counts as one, because there was nothing to do when it began. */
    private boolean lentWaits;

    Waiting(
            Inbox inbox,
            Slice slice,
            Arming arming,
            FdSet descriptors,
            Drivers drivers,
            AdaptivePolling polling,
            Counters counters,
            Home home,
            Ticks clock) {
        this.inbox = inbox;
        this.work = inbox.work;
        this.idleWork = inbox.idleWork;
        this.wakeup = inbox.wakeup;
        this.slice = slice;
        this.arming = arming;
        this.descriptors = descriptors;
        this.drivers = drivers;
        this.polling = polling;
        this.counters = counters;
        this.home = home;
        this.clock = clock;
        this.ownAtFirst = descriptors.size();
        this.ownDescriptors = ownAtFirst;
    }

    /**
     * Waits if there is nothing to do, and collects the descriptors that are ready.
     *
     * @param longest for how many nanoseconds at most; negative for ever
     * @return whether there are descriptors that are ready
     */
    boolean await(long longest, ReadyList ready) {
        if (lent) {
            return collect(ready);
        }
        return drivers.haveAround() ? awaitAround(longest, ready) : awaitPrepared(longest, ready);
    }

    /** Calls the hooks outside of the arming, because what they announce themselves must not ring. */
    private boolean awaitAround(long longest, ReadyList ready) {
        prepareHooks();
        try {
            return awaitPrepared(longest, ready);
        } finally {
            tellHooks();
        }
    }

    private boolean awaitPrepared(long longest, ReadyList ready) {
        lasted = 0;
        long timeout = longest == 0 ? 0 : shorter(longest, timeout(0, longest));
        if (timeout == 0) {
            // There is work: enter the kernel only if there are descriptors that must not starve behind it.
            looksIntoKernel(ready);
        } else if (polling.isOn()) {
            pollThenBlock(timeout, longest, ready);
        } else {
            long began = System.nanoTime();
            counters.load.waits(began);
            block(0, longest, ready);
            goesOn(began, System.nanoTime());
        }
        collectPolls(ready);
        return ready.size() > 0;
    }

    private void goesOn(long began, long ended) {
        counters.load.goesOn(ended);
        lasted += ended - began;
    }

    /** {@return how many nanoseconds the last {@link #await} took, 0 if it did not wait} */
    long lasted() {
        return lasted;
    }

    /**
     * Begins a wait that an outer loop makes: calls the hooks, arms, and looks for work once more. The next {@link #await} ends that wait,
     * or {@link #takeBack}. An Error may leave it begun.
     *
     * @return for how many nanoseconds there is nothing to do; negative for ever
     */
    long lend() {
        takeBack();
        prepareHooks();
        endPolls();
        lent = true;
        home.setAside(true);
        arming.begin();
        long timeout = descriptors.hasUntold() ? 0 : timeout(0, Driver.FOR_EVER);
        if (timeout != 0) {
            tellThatItBlocks(drivers.inUse());
            lentWaits = true;
            counters.load.waits(System.nanoTime());
        }
        return timeout;
    }

    boolean isLent() {
        return lent;
    }

    /** {@return whether a wait that is lent counts as one} */
    boolean isLentAndWaits() {
        return lentWaits;
    }

    /** Ends a wait that is lent, if there is one. */
    void takeBack() {
        if (lent) {
            disarm();
            tellHooks();
        }
    }

    private void disarm() {
        home.setAside(false);
        if (lentWaits) {
            counters.load.goesOn(System.nanoTime());
            lentWaits = false;
        }
        try {
            for (Driver driver : drivers.inUse()) {
                driver.wakes();
            }
        } finally {
            arming.end();
        }
        lent = false; // the last: what an Error kept from being done is done by the next call
    }

    private void prepareHooks() {
        Around around = drivers.around();
        if (around != null) {
            polled = around.prepare();
        }
    }

    private void tellHooks() {
        Around around = drivers.around();
        HookDriver hooks = around == null ? null : around.hooks();
        if (hooks != null) {
            hooks.after();
        }
    }

    /** Ends a wait that was lent, and collects the descriptors that are ready. */
    private boolean collect(ReadyList ready) {
        try {
            disarm();
            descriptors.await(0, ready);
            collectPolls(ready);
        } finally {
            tellHooks();
        }
        return ready.size() > 0;
    }

    private void pollThenBlock(long timeout, long longest, ReadyList ready) {
        long limit = polling.limit(timeout);
        if (limit > 0) {
            beginPolls();
        }
        if (limit > 0 && !counters.burst && (looksIntoKernel(ready) || (polled && isAnnouncedToDriver()))) {
            polling.hit(0); // at once: to read the clock would take as long
            return;
        }
        long began = System.nanoTime();
        counters.load.waits(began);
        long spun = 0;
        if (limit > 0) {
            boolean found = spin(began, limit, ready);
            spun = System.nanoTime() - began;
            if (found || (timeout > 0 && spun >= timeout)) { // a timer is due by now: it has ended the wait
                goesOn(began, began + spun);
                polling.hit(spun);
                return;
            }
        }
        block(spun, longest, ready);
        long ended = System.nanoTime();
        goesOn(began, ended);
        // Up to the ring, if there was one: how long it then takes to wake up is what polling would save.
        long rung = arming.wasAnswered() ? inbox.rungAt() - began : 0;
        polling.waited(spun, rung > 0 ? rung : ended - began);
    }

    /** Blocks until there is something to do, unless there is something now. */
    private void block(long waited, long longest, ReadyList ready) {
        endPolls(); // outside of the arming, as hooks are called: what it finds keeps the loop from sleeping
        long left = longest < 0 ? longest : Math.max(0, longest - waited);
        arming.begin();
        Driver[] inUse = drivers.inUse();
        try {
            long timeout = shorter(left, timeout(waited, left));
            if (timeout != 0) {
                tellThatItBlocks(inUse);
            }
            descriptors.await(timeout, ready);
        } finally {
            for (Driver driver : inUse) {
                driver.wakes();
            }
            arming.end();
        }
    }

    private void tellThatItBlocks(Driver[] inUse) {
        int own = ownAtFirst;
        for (Driver driver : inUse) {
            driver.blocks();
            own += driver.descriptors();
        }
        ownDescriptors = own;
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
                if (isAnnounced() || isAnnouncedToDriver()) {
                    // Else descriptors would wait for this slice of work and for the next.
                    looksIntoKernel(ready);
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

    /** Pauses while work streams in, because a look for each piece, the moment it comes, would slow down the pushing threads. */
    private static long rest(long began) {
        long elapsed = 0;
        while (elapsed < BURST_REST) {
            Thread.onSpinWait();
            elapsed = System.nanoTime() - began;
        }
        return elapsed;
    }

    private boolean looksIntoKernel(ReadyList ready) {
        if (hasDescriptors() || isDriverWatching()) {
            descriptors.await(0, ready);
        }
        return ready.size() > 0;
    }

    private boolean hasDescriptors() {
        int watched = descriptors.size() - ownDescriptors;
        return watched > 0 && !(polled && polls().saveLook(watched));
    }

    private PollDriver polls() {
        return Objects.requireNonNull(drivers.around()).requirePolls();
    }

    private void beginPolls() {
        if (polled) {
            polls().begin();
        }
    }

    private void endPolls() {
        if (polled) {
            polls().end();
        }
    }

    private void collectPolls(ReadyList ready) {
        if (polled) {
            polls().collect(ready);
        }
    }

    private boolean isAnnouncedToDriver() {
        for (Driver driver : drivers.inUse()) {
            if (driver.isAnnounced()) {
                return true;
            }
        }
        return false;
    }

    private boolean isDriverWatching() {
        for (Driver driver : drivers.inUse()) {
            if (driver.looksWhileBusy()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells for how many nanoseconds there is nothing to do: 0, for ever (-1), or what is left of 10 ms. The loop looks for work
     * here and nowhere else.
     *
     * @param waited how much of the 10 ms is over
     * @param limit how long it waits at most, whatever there is; negative for ever
     */
    private long timeout(long waited, long limit) {
        if (isAnnounced() || slice.isIdleWorkDue()) {
            return 0;
        }
        if (slice.hasUnfinished()) {
            return 0;
        }
        long longest = idleWork.isEmpty() ? Driver.FOR_EVER : Math.max(0, IDLE_WAIT - waited);
        for (Driver driver : drivers.inUse()) {
            longest = shorter(longest, driver.longestWait());
        }
        return longest != 0 && clock.isSkipping() && skips(limit) ? 0 : longest;
    }

    /** Has the clock jump to what the loop would wait for: the earliest deadline of all drivers, or its limit. Says whether there is one. */
    private boolean skips(long limit) {
        long now = clock.now(); // first: whatever moves the clock meanwhile, it is not too far
        long skip = limit;
        for (Driver driver : drivers.inUse()) {
            skip = shorter(skip, driver.longestSkip());
        }
        if (skip < 0) {
            return false;
        }
        clock.skipTo(now + Math.min(skip, Long.MAX_VALUE - now));
        lasted += skip;
        return true;
    }

    /** Says whether there is work or a bare wake-up, which notifiers announce by a ring. */
    private boolean isAnnounced() {
        return !work.isEmpty() || wakeup.isRequested();
    }

    private static long shorter(long one, long other) {
        return one < 0 ? other : other < 0 ? one : Math.min(one, other);
    }
}
