package dev.aiocontext;

import dev.aiocontext.internal.loop.Ticks;

/** A {@link VirtualClock}, as a loop sees it. Any thread. */
record VirtualTicks(VirtualClock clock, long base) implements Ticks {
    static Ticks monotonic(VirtualClock clock) {
        return new VirtualTicks(clock, 0);
    }

    static Ticks wall(VirtualClock clock) {
        return new VirtualTicks(clock, clock.epochNanos());
    }

    @Override
    public long now() {
        return base + clock.nanos();
    }

    @Override
    public long origin() {
        return now(); // it is never set back
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
