package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A timer of the library with a period of 10 ms. It tells which periods it has missed, so a loop that sleeps too long loses none. */
final class Period implements AutoCloseable {
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);

    private final AioContext context;
    private final Counts counts;
    private final Troubles troubles;
    private final AioTimer timer;
    private final long start;
    private final AtomicLong lastTick;

    /** The home thread's. */
    private long ticks;

    Period(AioContext context, Counts counts, Troubles troubles) {
        this.context = context;
        this.counts = counts;
        this.troubles = troubles;
        timer = context.newTimer("period", (source, missed) -> tick(missed));
        start = System.nanoTime();
        lastTick = new AtomicLong(start);
        timer.arm(Duration.ofNanos(PERIOD), Duration.ofNanos(PERIOD));
    }

    private void tick(long missed) {
        long now = System.nanoTime();
        ticks += 1 + missed;
        counts.periods.arrive(1 + missed);
        if (now - start < ticks * PERIOD) {
            troubles.add("early: the periodic timer of " + context.name());
        }
        lastTick.set(now);
    }

    /** Says so if nothing has come for long. */
    void check() {
        if (System.nanoTime() - lastTick.get() > Troubles.LIMIT.toNanos()) {
            troubles.add("lost: the periodic timer of " + context.name() + " is not heard");
        }
    }

    /** On the loop, after its run. */
    @Override
    public void close() {
        long periods = (System.nanoTime() - start) / PERIOD;
        context.poll(false);
        counts.periods.ask(periods);
        timer.close();
    }
}
