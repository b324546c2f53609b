package dev.aiocontext.internal.timer;

import dev.aiocontext.internal.wakeup.QueueMark;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one clock: a wheel that the home thread keeps, and a queue by which other threads tell it of armings.
 *
 * <pre>
 *     another thread                              the home thread
 *       store what the timer is armed for           arm; fullFence                 ({@link Wakeup#arm})
 *       fullFence                                   look for work, and at the queue; found: do not block
 *       the wheel meets it in time: done            until = the wheel's time       ({@link #sleepsUntil})
 *       push it (at most once a round)              block
 *       fullFence                                   until = ALWAYS                 ({@link #sleepEnds})
 *       it may be later than {@code until}: done        disarm
 *       ring                                        take from the queue, file in the wheel
 *       mark it as pushed
 * </pre>
 *
 * <p><b>Threads.</b> {@link #arm}, {@link #announce} and {@link #closed}: any. Everything else: the home thread.
 *
 * <p><b>Why no timer is slept past.</b> Take a thread N that pushed a timer whose latest time is L.
 * <ol>
 *   <li>N reads ALWAYS: it rings, and what {@link Wakeup} says of work holds for the timer.
 *   <li>N reads a time U of the wait that is under way, and U is not after L: the loop wakes up at U and finds the timer.
 *   <li>N reads the time of an earlier wait: the loop had stored ALWAYS since, and fenced, before it looked at the queue. N pushed,
 *       fenced, and read {@code until}. Because N did not read ALWAYS, the look comes after the push and finds the timer (Dekker).
 *   <li>The time is published after the look, so a thread that pushed after the look reads ALWAYS or the time of this very wait.
 * </ol>
 * A thread that finds the timer marked as pushed has no part in its push, and rings by the same rule.
 *
 * <p><b>Errors.</b> A thread that stops before the push leaves the timer armed and perhaps unknown. One that stops after the push and before
 * the ring leaves no mark. In both cases the next call that arms the timer does it all again. A timer that has fired when an Error ends {@link
 * #takeDue} is what the next call returns.
 */
public final class TimerQueue {
    /** Each armed timer is earlier than this. */
    private static final long ALWAYS = Long.MAX_VALUE;

    /** Where a timer is filed that is overdue: before all keys of the wheel. */
    private static final long OVERDUE = 0;

    /** How many armings of other threads one iteration takes. */
    private static final int MOST = 1024;

    private static final VarHandle UNTIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            UNTIL = lookup.findVarHandle(TimerQueue.class, "until", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Wakeup wakeup;
    private final WorkQueue<TimerEntry> armed = new WorkQueue<>(64);
    private final ArmingOrder order = new ArmingOrder();
    private final DeadCount dead = new DeadCount();
    private TimerWheel wheel;

    /** Timers that were armed for a time that the wheel had been told already. Home thread. */
    private final Overdue overdue = new Overdue();

    /**
     * A timer that is between two places: taken from one, and not yet in the other. An Error leaves it here, and the next round begins with
     * it. Home thread.
     */
    private @Nullable TimerEntry inHand;

    /** The latest time of a round. Home thread. */
    private long told;

    /** Until when the loop sleeps, or ALWAYS. Home thread. */
    private long until = ALWAYS;

    /**
     * Creates it without timers.
     *
     * @param wakeup wakes the loop
     * @param now the time
     */
    public TimerQueue(Wakeup wakeup, long now) {
        this.wakeup = wakeup;
        wheel = new TimerWheel(now);
        told = now;
        rehearse();
    }

    /** Goes through every step of another thread once: a step that is linked for the first time needs stack and heap. */
    private void rehearse() {
        TimerEntry entry = new TimerEntry(new TimerKind(0));
        arm(entry, 0, 0, false);
        entry.filed(OVERDUE);
        closed(entry);
        dead.reset();
        entry.unfile();
        entry.shut();
        accept();
        overdue.clear();
    }

    /**
     * Arms a timer.
     *
     * @param entry the timer's
     * @param deadline when, at most {@link TimerEntry#LATEST}
     * @param period the time to the next deadline; 0 for none
     * @param isHome whether the caller is the home thread
     * @return false if the timer or the loop is closed
     */
    public boolean arm(TimerEntry entry, long deadline, long period, boolean isHome) {
        return isHome ? armAtHome(entry, deadline, period) : armElsewhere(entry, deadline, period);
    }

    private boolean armAtHome(TimerEntry entry, long deadline, long period) {
        boolean filed =
                entry.isFiledBy(deadline); // only this thread changes it; read before the store, which is a fence
        TimerWheel known = wheel; // loads that come after the store wait for it
        if (!store(entry, deadline, period, order.nextAtHome())) {
            return false;
        }
        if (!filed) {
            file(known, entry, deadline);
        }
        return true;
    }

    private boolean armElsewhere(TimerEntry entry, long deadline, long period) {
        QueueMark mark = entry.mark(); // first, because it may need memory
        if (!store(entry, deadline, period, order.nextElsewhere())) {
            return false;
        }
        VarHandle.fullFence();
        return entry.isFiledBy(deadline) || announce(entry, mark, deadline);
    }

    private static boolean store(TimerEntry entry, long deadline, long period, long sequence) {
        return period == 0 ? entry.arm(deadline, sequence) : entry.armPeriodically(deadline, period, sequence);
    }

    /** Files a timer. One that is due at a time that the wheel was told already is for the next round. */
    private void file(TimerWheel to, TimerEntry entry, long deadline) {
        if (deadline > told) {
            to.file(entry, deadline);
        } else {
            overdue.add(entry);
            entry.filed(OVERDUE);
        }
    }

    /**
     * Has the home thread look at a timer that may be in no slot of the wheel. Any thread.
     *
     * @param entry the timer's
     * @return false if the loop is closed
     */
    public boolean announce(TimerEntry entry) {
        QueueMark mark = entry.mark();
        VarHandle.fullFence(); // a resume stores before this looks at the mark, else it relies on what is gone
        long deadline = entry.deadline();
        return deadline == TimerEntry.NEVER || announce(entry, mark, deadline);
    }

    private boolean announce(TimerEntry entry, QueueMark mark, long deadline) {
        long ticket = mark.ticket();
        boolean queued = mark.isQueued(ticket);
        if (!queued && !armed.push(entry)) {
            return false;
        }
        VarHandle.fullFence();
        if (deadline + entry.accuracy() < (long) UNTIL.getVolatile(this)) {
            wakeup.ring();
        }
        if (!queued) {
            mark.pushed(ticket);
        }
        return true;
    }

    /**
     * Notes that a timer was closed, of which the wheel may have an entry. Any thread.
     *
     * @param entry the timer's
     */
    public void closed(TimerEntry entry) {
        dead.add(entry);
    }

    /** {@return whether so many timers were closed that their entries should be dropped before their time} */
    public boolean isToSweep() {
        return dead.areToBeSwept(wheel.sweep());
    }

    /** Drops entries of timers that are closed, a bounded part of them. */
    public void sweep() {
        dead.sweep(wheel.sweep());
    }

    /** {@return whether other threads have armed timers that are not in the wheel yet} */
    public boolean isAnnounced() {
        return !armed.isEmpty();
    }

    /**
     * Files what other threads have armed, a bounded part of it. One that is there twice is filed once. An Error leaves it in the queue: else the
     * mark would say for ever that it is queued.
     */
    public void accept() {
        long end = armed.end();
        TimerEntry entry = next(end);
        for (int taken = 0; entry != null && taken < MOST; taken++) {
            entry.mark().take(end);
            fileIfArmed(entry, entry.wanted());
            armed.take(end); // at last: after an Error, the next call begins with it
            entry = next(end);
        }
    }

    private @Nullable TimerEntry next(long end) {
        return armed.isTaken(end) ? null : armed.peek();
    }

    /**
     * Begins a round: what is armed from now on for this time or before is for the next round.
     *
     * @param now the time
     * @return false if there is nothing in the wheel to be taken
     */
    public boolean begin(long now) {
        told = Math.max(told, now);
        TimerEntry left = inHand;
        if (left != null) {
            left.unfile(); // it may count as overdue still
            fileIfArmed(left, left.deadline());
            inHand = null;
        }
        boolean isUntold = wheel.untold != null;
        return overdue.begin(!isUntold) || wheel.earliest() <= now || isUntold;
    }

    /** Ends a round before all that is due was taken: the next one begins with timers that were armed for a time which had passed. */
    public void cutShort() {
        overdue.cutShort();
    }

    /**
     * Fires the next timer that is due, in the order of deadlines, and of armings where they are equal; those that were armed for a time
     * which had passed come last, or first if the round before was {@linkplain #cutShort cut short} because of the others. A periodic one
     * is armed and filed for its next deadline, which counts as an arming now. One that is held stays armed, and is to be announced
     * before the loop looks at it again.
     *
     * @param now the time of the round
     * @return the timer that has fired; null if none is due, or if {@link #isWheelBehind}
     */
    public @Nullable TimerEntry takeDue(long now) {
        TimerEntry fired = overdue.comeFirst() ? takeOverdue(now) : null;
        if (fired == null) {
            fired = wheel.takeDue(now);
            if (fired == null && overdue.areLeft() && !wheel.isBehind()) {
                fired = takeOverdue(now);
            }
        }
        if (fired != null) {
            boolean told = false;
            try {
                fileAgain(fired);
                told = true;
            } finally {
                if (!told) {
                    wheel.untold = fired;
                }
            }
        }
        return fired;
    }

    private @Nullable TimerEntry takeOverdue(long now) {
        TimerEntry next = overdue.take();
        while (next != null) {
            inHand = next;
            if (fireOverdue(next, now)) {
                return next;
            }
            next = overdue.take();
        }
        return null;
    }

    private boolean fireOverdue(TimerEntry entry, long now) {
        entry.unfile();
        long deadline = entry.deadline();
        boolean fired = false;
        if (deadline > now) {
            fileIfArmed(entry, deadline);
        } else if (!entry.isHeld()) {
            fired = wheel.fires(entry, deadline, now);
            if (!fired) {
                fileAgain(entry);
            }
        }
        inHand = null;
        return fired;
    }

    private void fileIfArmed(TimerEntry entry, long deadline) {
        if (deadline != TimerEntry.NEVER && !entry.isFiledBy(deadline)) {
            file(wheel, entry, deadline);
        }
    }

    /** Files a timer that is armed although it has fired: a periodic one, or one that another thread has armed meanwhile. */
    private void fileAgain(TimerEntry fired) {
        long deadline = fired.deadline();
        if (deadline == TimerEntry.NEVER) {
            return;
        }
        inHand = fired; // only now, because the garbage collector makes the store of a reference cost more
        if (!fired.isFiledBy(deadline)) {
            fired.setSequence(order.nextAtHome());
            file(wheel, fired, deadline);
        }
        inHand = null;
    }

    /** {@return how many periods the timer has missed that {@link #takeDue} returned last} */
    public long missed() {
        return wheel.missed();
    }

    /** {@return the deadline of the timer that {@link #takeDue} returned last} */
    public long due() {
        return wheel.due();
    }

    /** {@return whether the wheel has ended {@link #takeDue} early, because there was much to do} */
    public boolean isWheelBehind() {
        return wheel.isBehind();
    }

    /** {@return whether there are timers for the next round, whatever time it has} */
    public boolean hasOverdue() {
        return !overdue.isEmpty() || inHand != null || wheel.untold != null;
    }

    /** {@return a time before which no timer in the wheel is due, or {@link TimerEntry#NEVER}} */
    public long earliest() {
        return wheel.earliest();
    }

    /** {@return the wheel} */
    TimerWheel wheel() {
        return wheel;
    }

    /** {@return whether no timer is filed} */
    public boolean isEmpty() {
        return wheel.earliest() == TimerEntry.NEVER && !hasOverdue();
    }

    /** {@return when the loop must be awake at the latest, or {@link TimerEntry#NEVER}} */
    public long wakeAt() {
        return wheel.wakeAt();
    }

    /** {@return the accuracy of the timer for which {@link #wakeAt} is what it is} */
    public long accuracyAtWake() {
        return wheel.accuracyAtWake();
    }

    /**
     * Files all timers anew, because the clock was set back: this one call is not bounded. After an Error it is to be called again: the old wheel
     * still has all of them.
     *
     * @param now the time
     */
    public void setBack(long now) {
        TimerWheel anew = new TimerWheel(now);
        wheel.forEach(entry -> {
            if (entry.filed() != OVERDUE) {
                entry.unfile();
                anew.file(entry); // if it is armed
            }
        });
        anew.takeOver(wheel);
        wheel = anew;
        told = now;
    }

    /**
     * Publishes until when the loop sleeps: after it has announced that it is about to block and has looked at the queue once more.
     *
     * @param time the time; {@link TimerEntry#NEVER} if no timer ends the sleep
     */
    public void sleepsUntil(long time) {
        UNTIL.setRelease(this, time);
    }

    /** Takes that back, before the loop announces its next sleep. */
    public void sleepEnds() {
        UNTIL.setRelease(this, ALWAYS);
    }

    /** Refuses armings of other threads. */
    public void close() {
        armed.close();
    }
}
