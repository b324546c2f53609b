package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.timer.TimerEntry;
import dev.aiocontext.internal.timer.TimerQueue;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the timers of one clock: says how long the loop may sleep, and fires what is due.
 *
 * <p>The time in here is counted from the clock's {@linkplain Ticks#origin origin}, so that it is never negative. It ends before {@link
 * TimerEntry#LATEST}, so that a timer which is armed for that, or for later, never fires.
 *
 * <p><b>Fairness.</b> One iteration fires at most 1,024 timers, or as many as begin within 500 us. It looks at the clock after each 16, and
 * the time begins with the first look. The others come first in the next iteration, which does not wait.
 *
 * <p><b>Lateness.</b> It is told by the latest look at the clock: before the first, second, third, fifth and ninth timer of an iteration, and
 * after each 16. So where few are due, as mostly, none hides behind the callback of another, and where many are due a look costs little
 * for each. While a recording wants late timers, the clock is read before each call.
 *
 * <p><b>Errors.</b> An Error between two places leaves the timer where it was, or "in hand", and the next round begins with it ({@link
 * TimerQueue}). An Error between firing and the handler loses that call, as it does for a task that was taken; a periodic timer goes on.
 * A handler that is a {@link Piece} is gone on with.
 *
 * <p><b>Threads.</b> {@link #arm}, {@link #announce}, {@link #closed}, {@link #now} and {@link #at}: any. Everything else: the home thread.
 */
final class TimerDriver implements Driver {
    private static final int SLICE = 1024;
    private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final int STRIDE = 16;

    private final Ticks ticks;
    private final long origin;
    private final Home home;
    private final Callbacks callbacks;
    private final TimerQueue queue;
    private final ExactWait exactWait;
    private final Counters counters;
    private final Unfinished cutShort;

    /** The last slice has left timers that are due. */
    private boolean unfinished;

    /** The latest time that the wheel was told, which a clock that is set back falls behind. */
    private long latest;

    /** How many periods the call that comes has missed: read before the callback runs. */
    long missed;

    TimerDriver(
            Ticks ticks,
            Inbox inbox,
            Home home,
            Callbacks callbacks,
            ExactWait exactWait,
            Counters counters,
            Unfinished cutShort) {
        this.cutShort = cutShort;
        this.ticks = ticks;
        this.origin = ticks.origin();
        this.home = home;
        this.callbacks = callbacks;
        this.exactWait = exactWait;
        this.counters = counters;
        latest = now();
        queue = new TimerQueue(inbox.wakeup, latest);
    }

    /** {@return the time, for deadlines} */
    long now() {
        return Math.max(0, Math.min(TimerEntry.LATEST - 1, ticks.now() - origin));
    }

    /** {@return the deadline for a moment of the clock} */
    long at(long moment) {
        long after = moment - origin;
        if (moment <= origin) {
            return 0;
        }
        return after < 0 ? TimerEntry.LATEST : Math.min(TimerEntry.LATEST, after); // less than 0: more than 292 years
    }

    /** Arms a timer; says whether neither it nor the loop is closed. */
    boolean arm(TimerEntry entry, long deadline, long period) {
        return queue.arm(entry, deadline, period, home.isEntered() && !home.isAside());
    }

    /** Has the loop look at a timer once more; says whether the loop is open. */
    boolean announce(TimerEntry entry) {
        return queue.announce(entry);
    }

    /** Hears that a timer was closed. */
    void closed(TimerEntry entry) {
        queue.closed(entry);
    }

    @Override
    public boolean isAnnounced() {
        return queue.isAnnounced();
    }

    @Override
    public long longestWait() {
        if (unfinished || queue.isAnnounced() || queue.hasOverdue() || queue.isToSweep()) {
            return 0;
        }
        long wakeAt = queue.wakeAt();
        if (wakeAt == TimerEntry.NEVER) {
            return FOR_EVER;
        }
        long left = wakeAt - now();
        if (left <= 0) {
            return 0;
        }
        return ticks.isPassing() ? exactWait.timeout(left, queue.accuracyAtWake()) : FOR_EVER;
    }

    @Override
    public long longestSkip() {
        if (queue.wakeAt() >= TimerEntry.LATEST) {
            return FOR_EVER; // what may be earlier is disarmed
        }
        return Math.max(0, queue.earliest() - now());
    }

    @Override
    public void blocks() {
        long wakeAt = queue.wakeAt();
        if (wakeAt == TimerEntry.NEVER) {
            exactWait.forget();
        } else {
            exactWait.prepare(wakeAt + origin, wakeAt - now(), queue.accuracyAtWake());
        }
        queue.sleepsUntil(wakeAt);
    }

    @Override
    public int descriptors() {
        return exactWait.descriptors();
    }

    @Override
    public void wakes() {
        queue.sleepEnds();
    }

    @Override
    public void accept() {
        if (queue.isAnnounced()) {
            counters.timersInVain++; // no progress by itself
        }
        exactWait.accept();
        queue.accept();
    }

    @Override
    public boolean dispatch() {
        unfinished = false;
        if (queue.isToSweep()) { // first, because the loop does not wait until it is done
            queue.sweep();
            counters.timersInVain++; // no progress by itself
        }
        if (queue.isEmpty()) {
            return false;
        }
        long now = now();
        if (now < latest && ticks.isSettable()) {
            queue.setBack(now);
        }
        latest = now;
        if (!queue.begin(now)) {
            return false;
        }
        boolean progress = fireDue(now);
        if (!progress) {
            counters.timersInVain++;
            counters.timersLeft |= unfinished;
        }
        return progress;
    }

    private boolean fireDue(long now) {
        boolean progress = false;
        boolean recorded = FlightRecording.ofLateTimers();
        long seen = now; // by the latest look at the clock
        long began = 0;
        int steps = 0;
        TimerEntry fired = queue.takeDue(now);
        while (fired != null || queue.isWheelBehind()) {
            if (fired != null) {
                progress = true;
                try {
                    if (recorded || (steps < STRIDE && Integer.bitCount(steps) == 1)) {
                        seen = Math.max(seen, now());
                    }
                    call((TimerSource) fired, seen - queue.due());
                } catch (Error e) {
                    if (((TimerSource) fired).handler instanceof Piece piece
                            && !piece.over
                            && !piece.kept) { // stores only
                        piece.kept = true;
                        piece.nextUnfinished = cutShort.first;
                        cutShort.first = piece;
                    }
                    throw e;
                }
            }
            if (++steps % STRIDE == 0) {
                long time = System.nanoTime();
                seen = Math.max(seen, ticks.now(time) - origin);
                began = began == 0 ? time : began;
                if (steps == SLICE || time - began > SLICE_NANOS) {
                    unfinished = true;
                    queue.cutShort();
                    break;
                }
            }
            // A poll within the callback has told less if the clock was set back. What was armed since goes by that.
            fired = queue.takeDue(Math.min(now, latest));
        }
        return progress;
    }

    private void call(TimerSource timer, long late) {
        missed = queue.missed();
        counters.timersFired++;
        counters.timersLate = Math.max(counters.timersLate, late - timer.accuracy());
        callbacks.call(timer, late, missed);
    }

    @Override
    public void close() {
        queue.close();
        exactWait.close();
    }
}
