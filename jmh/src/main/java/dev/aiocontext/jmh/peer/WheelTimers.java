package dev.aiocontext.jmh.peer;

import dev.aiocontext.internal.timer.TimerEntry;
import dev.aiocontext.internal.timer.TimerKind;
import dev.aiocontext.internal.timer.TimerQueue;
import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.concurrent.TimeUnit;

/** The structure of the library's timers alone, which is told the time. */
final class WheelTimers implements TimerSet {
    private static final TimerKind KIND = new TimerKind(TimeUnit.MILLISECONDS.toNanos(1));

    private final TimerQueue queue = new TimerQueue(new Wakeup(arming -> {}), 0);
    private final TimerEntry[] timers;
    private long now;
    private long fired;

    WheelTimers(int number) {
        timers = Shuffled.of(number, i -> new TimerEntry(KIND), TimerEntry[]::new);
    }

    @Override
    public void renew(int timer) {
        timers[timer].shut();
        timers[timer] = new TimerEntry(KIND);
    }

    @Override
    public void arm(int timer, long delay) {
        queue.arm(timers[timer], now + delay, 0, true);
    }

    @Override
    public void rearm(int timer, long delay) {
        queue.arm(timers[timer], now + delay, 0, true);
    }

    @Override
    public void cancel(int timer) {
        timers[timer].disarm();
    }

    @Override
    public void fireDue() {
        while (queue.begin(now)) {
            TimerEntry due = queue.takeDue(now);
            while (due != null || queue.isWheelBehind()) {
                if (due != null) {
                    fired++;
                }
                due = queue.takeDue(now);
            }
        }
    }

    @Override
    public long fired() {
        return fired;
    }

    @Override
    public long nextDeadline() {
        return queue.wakeAt();
    }

    @Override
    public void pass(long nanos) {
        now += nanos;
    }

    @Override
    public void close() {
        queue.close();
    }
}
