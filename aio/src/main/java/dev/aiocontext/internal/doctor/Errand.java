package dev.aiocontext.internal.doctor;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;

/**
 * A piece of work that does nothing but to say when it ran.
 *
 * <p><b>Threads.</b> {@link #run}: the loop's. Everything else: one notifier's, which asks again only after it has run.
 */
final class Errand {
    private final BottomHalf bottomHalf;

    /** The notifier's; scheduling publishes it to the loop. */
    private long asked;

    /** The loop's; {@link #ran} publishes it. */
    private long ranAt;

    private volatile long ran;

    // The notifier's.
    private long askedAt;
    private long returnedAt;

    Errand(AioContext ctx) {
        bottomHalf = ctx.newBottomHalf("errand", this::run);
    }

    private void run() {
        ranAt = System.nanoTime();
        ran = asked;
    }

    /** Asks for it, and so wakes the loop if it is blocked. */
    void ask() {
        asked++;
        askedAt = System.nanoTime();
        bottomHalf.schedule();
        returnedAt = System.nanoTime();
    }

    boolean hasRun() {
        return ran == asked;
    }

    /** {@return the nanoseconds from asking to running} Only once it has run. */
    long latency() {
        return ranAt - askedAt;
    }

    /** {@return the nanoseconds that asking took the notifier} */
    long cost() {
        return returnedAt - askedAt;
    }

    void delete() {
        bottomHalf.close();
    }
}
