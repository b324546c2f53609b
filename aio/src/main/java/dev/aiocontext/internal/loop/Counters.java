package dev.aiocontext.internal.loop;

import dev.aiocontext.AioStatistics;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What {@link AioStatistics} tells, and where in its iteration the loop is: all that the home thread writes in each.
 *
 * <p><b>Threads.</b> The home thread writes its own counters, plainly; whoever asks from another thread sees a recent value
 * of each (a long is written whole on the 64-bit platforms that we run on). Notifiers count beside a system call.
 */
public class Counters extends CacheLines {
    /** Notifiers: doorbells rung. */
    final AtomicLong rung = new AtomicLong();

    // The home thread's.
    /** How many polls are under way, one in a callback of the other. */
    int depth;

    /** The last iteration ran several pieces of work. */
    boolean burst;

    long polls;
    long asked;
    long echoes;
    long rescues;
    long pollingNanos;
    long pollingHits;
    long pollingMisses;

    Counters() {}

    /** {@return the counters as they are now} */
    public AioStatistics snapshot() {
        long rungNow = rung.get();
        long askedNow = Math.max(asked, rungNow); // rung for work that the loop has not taken yet
        return new AioStatistics(
                polls,
                askedNow,
                askedNow - rungNow,
                rungNow,
                echoes + rescues,
                echoes,
                rescues,
                pollingNanos,
                pollingHits,
                pollingMisses);
    }

    /** Counters with two cache lines behind them, so that nothing else shares a line with them. */
    @SuppressWarnings("unused")
    static final class Apart extends Counters {
        private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
    }
}
