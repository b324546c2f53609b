package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.RelayMode;
import dev.aiocontext.TimerHandler;
import dev.aiocontext.VirtualClock;
import java.time.Duration;

/** The library's timers. The calling thread is the home thread, and the clock stands still unless time is to pass. */
final class AioTimers implements TimerSet {
    private final VirtualClock clock = new VirtualClock();
    private final AioContext context =
            AioContext.builder().relay(RelayMode.OFF).clock(clock).open();
    private final AioTimer[] timers;
    private final TimerHandler handler = (timer, missed) -> count();
    private long fired;

    /** The time of the clock, as a callback would have it from {@code ctx.now()}. */
    private long now = context.now();

    AioTimers(int number) {
        timers = Shuffled.of(number, i -> context.newTimer("benchmark", handler), AioTimer[]::new);
        context.poll(false);
    }

    private void count() {
        fired++;
    }

    @Override
    public void renew(int timer) {
        timers[timer].close();
        timers[timer] = context.newTimer("benchmark", handler);
    }

    @Override
    public void arm(int timer, long delay) {
        timers[timer].armAt(now + delay);
    }

    @Override
    public void rearm(int timer, long delay) {
        timers[timer].armAt(now + delay);
    }

    @Override
    public void cancel(int timer) {
        timers[timer].disarm();
    }

    @Override
    public void fireDue() {
        boolean progress = true;
        while (progress) {
            progress = context.poll(false);
        }
    }

    @Override
    public long fired() {
        return fired;
    }

    /** The loop asks its structure before it blocks; there is no such question in its interface. */
    @Override
    public long nextDeadline() {
        return 0;
    }

    @Override
    public void pass(long nanos) {
        clock.advance(Duration.ofNanos(nanos));
        now = context.now();
    }

    @Override
    public void close() {
        for (AioTimer timer : timers) {
            timer.close();
        }
        context.close();
    }
}
