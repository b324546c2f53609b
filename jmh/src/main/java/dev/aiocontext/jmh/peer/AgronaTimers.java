package dev.aiocontext.jmh.peer;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/**
 * Agrona's wheel, with ticks of about a millisecond, and as many spokes that 16 timers share one, which is what it makes room for. It
 * advances one tick a poll.
 */
final class AgronaTimers implements TimerSet {
    private static final long TICK = 1 << 20;
    private static final int FEWEST_SPOKES = 1024;
    private static final int TIMERS_A_SPOKE = 16;

    private final DeadlineTimerWheel wheel;
    private final long[] ids;
    private final Integer[] places;
    private final DeadlineTimerWheel.TimerHandler handler = this::count;
    private long now;
    private long fired;

    AgronaTimers(int number) {
        int spokes = Integer.highestOneBit(Math.max(FEWEST_SPOKES, 2 * number / TIMERS_A_SPOKE - 1));
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, 0, TICK, spokes);
        ids = new long[number];
        places = Shuffled.of(number, i -> i, Integer[]::new);
    }

    private boolean count(TimeUnit unit, long time, long id) {
        fired++;
        return true;
    }

    @Override
    public void arm(int timer, long delay) {
        ids[places[timer]] = wheel.scheduleTimer(now + delay);
    }

    @Override
    public void rearm(int timer, long delay) {
        cancel(timer);
        arm(timer, delay);
    }

    @Override
    public void cancel(int timer) {
        wheel.cancelTimer(ids[places[timer]]);
    }

    @Override
    public void fireDue() {
        int count = 1;
        while (count > 0 || wheel.currentTickTime() < now) {
            count = wheel.poll(now, handler, Integer.MAX_VALUE);
        }
    }

    @Override
    public long fired() {
        return fired;
    }

    @Override
    public long nextDeadline() {
        return 0;
    }

    @Override
    public void pass(long nanos) {
        now += nanos;
    }

    @Override
    public void close() {
        wheel.clear();
    }
}
