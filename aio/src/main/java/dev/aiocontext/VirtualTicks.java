package dev.aiocontext;

import dev.aiocontext.internal.loop.Ticks;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** A {@link VirtualClock}, as a loop sees it. Any thread. */
record VirtualTicks(VirtualClock clock, long base) implements Ticks {
    static Ticks monotonic(VirtualClock clock) {
        return new VirtualTicks(clock, 0);
    }

    static Ticks wall(VirtualClock clock) {
        Instant zero = clock.epoch();
        return new VirtualTicks(clock, TimeUnit.SECONDS.toNanos(zero.getEpochSecond()) + zero.getNano());
    }

    @Override
    public long now() {
        return base + clock.nanos();
    }

    @Override
    public boolean isPassing() {
        return clock.isRunning();
    }

    @Override
    public boolean isSkipping() {
        return clock.isSkipping();
    }

    @Override
    public void skipTo(long time) {
        clock.skipTo(time - base);
    }
}
