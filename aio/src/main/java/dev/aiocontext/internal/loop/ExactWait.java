package dev.aiocontext.internal.loop;

import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.TimerFd;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a wait in time where the kernel's timeout would end it late. Home thread.
 *
 * <p>The kernel ends the timeout of poll(2) and epoll_wait(2) late by its slack: 0.1 % of the time, at least 50 us, at most 100 ms
 * ({@code select_estimate_accuracy} in Linux' fs/select.c). A thread with a positive nice value has 0.5 %. Because that value may change
 * at any time, this reckons with 0.5 % always. If that is more than the accuracy of the timer that the loop sleeps
 * for, a timerfd(2) ends the wait, to which the kernel adds no slack. A clock that can be set is always waited for by a timerfd, which
 * also tells that somebody has set the clock.
 *
 * <p><b>Errors.</b> If there is no descriptor left for a timerfd, the loop waits by the kernel's timeout, and timers are late by the slack.
 */
final class ExactWait {
    private static final long LEAST_SLACK = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MOST_SLACK = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SLACK_DIVISOR = 200;

    private final Ticks ticks;
    private final FdSet descriptors;

    /** Made when a wait first needs it. */
    private @Nullable TimerFd timerFd;

    /** In the loop's set: the timerfd is of use from then on. */
    private @Nullable FdEntry entry;
    /** There is none for this clock, or the kernel has refused one. */
    private boolean impossible;

    private long setTo;

    /** The timerfd is readable, until it is set anew or read. */
    private boolean expired;

    ExactWait(Ticks ticks, FdSet descriptors) {
        this.ticks = ticks;
        this.descriptors = descriptors;
    }

    /** {@return how many descriptors this has in the set} */
    int descriptors() {
        return entry == null ? 0 : 1;
    }

    /**
     * Tells for how long the loop may ask the kernel to wait.
     *
     * @param left how long it is to the latest moment at which the wait is to end
     * @param accuracy how much earlier it may end
     */
    long timeout(long left, long accuracy) {
        long slack = slack(left);
        return accuracy < slack ? left : Math.max(0, left - slack); // less than the slack is left: it is due by now
    }

    private static long slack(long timeout) {
        return Math.clamp(timeout / SLACK_DIVISOR, LEAST_SLACK, MOST_SLACK);
    }

    /**
     * Sets the timerfd if the wait that comes needs it.
     *
     * @param moment when the wait is to end at the latest, by the clock
     * @param left how long that is from now
     * @param accuracy how much earlier it may end
     */
    void prepare(long moment, long left, long accuracy) {
        if (accuracy >= slack(left) && !ticks.isSettable()) {
            forget();
            return;
        }
        if (entry == null && !impossible) {
            open();
        }
        if (timerFd != null && entry != null && (setTo != moment || expired)) {
            timerFd.set(moment);
            setTo = moment;
            expired = false;
        }
    }

    /** Sees to it that a moment that has passed does not end the wait that comes. */
    void forget() {
        if (expired && timerFd != null) {
            timerFd.clear();
            expired = false;
            setTo = 0;
        }
    }

    /** Each step is kept when it is done, so that after an Error the next wait goes on with the next one. */
    private void open() {
        try {
            if (timerFd == null) {
                timerFd = ticks.openTimerFd();
            }
            if (timerFd == null) {
                impossible = true;
            } else {
                watch(timerFd);
            }
        } catch (SyscallException e) {
            impossible = true;
            Callbacks.log(Level.WARNING, "no timerfd: timers will be late by the slack of the kernel's timeouts", e);
        }
    }

    private void watch(TimerFd opened) {
        FdEntry own = new FdEntry(opened.fd());
        synchronized (descriptors.lock()) {
            boolean before = descriptors.begin();
            descriptors.put(own, FdEntry.IN);
            descriptors.end(before);
        }
        entry = own;
    }

    /** Notes whether the wait has ended by the timerfd. */
    void accept() {
        if (entry != null && entry.takeEvents() != 0) {
            expired = true;
        }
    }

    void close() {
        if (timerFd != null) {
            timerFd.close();
        }
    }
}
