package dev.aiocontext.jmh.peer;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Netty's {@code HashedWheelTimer} as it is by default: ticks of 100 ms, 512 spokes, and a thread of its own. */
final class HashedWheelTimers implements TimerSet {
    private final HashedWheelTimer wheel = new HashedWheelTimer();
    private final LongAdder fired = new LongAdder();
    private final TimerTask task = timeout -> fired.increment();
    private final Timeout[] timeouts;

    HashedWheelTimers(int number) {
        timeouts = new Timeout[number];
        wheel.start();
    }

    @Override
    public void arm(int timer, long delay) {
        timeouts[timer] = wheel.newTimeout(task, delay, TimeUnit.NANOSECONDS);
    }

    @Override
    public void rearm(int timer, long delay) {
        cancel(timer);
        arm(timer, delay);
    }

    @Override
    public void cancel(int timer) {
        timeouts[timer].cancel();
    }

    @Override
    public void fireDue() {
        // its own thread does
    }

    @Override
    public long fired() {
        return fired.sum();
    }

    @Override
    public long nextDeadline() {
        return 0;
    }

    @Override
    public void close() {
        wheel.stop();
    }
}
