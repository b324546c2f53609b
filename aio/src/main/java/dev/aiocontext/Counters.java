package dev.aiocontext;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What {@link AioStatistics} tells.
 *
 * <p><b>Threads.</b> The home thread writes its own counters, plainly; whoever asks from another thread sees a recent value
 * of each (a long is written whole on the 64-bit platforms that we run on). Notifiers count beside a system call.
 */
final class Counters {
    /** Notifiers: doorbells rung. */
    final AtomicLong rung = new AtomicLong();

    // The home thread's.
    long polls;
    long asked;
    long echoes;
    long rescues;
    long pollingNanos;
    long pollingHits;
    long pollingMisses;

    AioStatistics snapshot() {
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
}
