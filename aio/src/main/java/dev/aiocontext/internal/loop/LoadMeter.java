package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.CacheLines;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Measures for how long a loop waits for something to do, and for how long it is busy between two waits. The clock is read only
 * around a wait, which is a system call or takes as long as one.
 *
 * <p><b>Threads.</b> {@link #enters}, {@link #waits} and {@link #goesOn}: the home thread. Everything else: any.
 *
 * <p><b>Why a reader sees no time twice.</b> One word tells both how long the loop has waited and whether it waits now. While it waits, the
 * word has the time that it has waited before, minus the time at which this wait began, and a mark. So a reader adds the present time
 * and has the sum, without a second word that might be newer or older.
 *
 * <p><b>Why a busy time is never that of an older wait.</b> The loop first stores when its wait has ended, and then the word without the mark, by
 * a release. A reader takes the word by an acquire, and then the end. So a reader that finds the loop busy has the end of that wait, or of a
 * later one. The loop waits for no answer of a reader, so it needs no full fence.
 *
 * <p><b>Why the time in waits never goes back.</b> The loop looks at the clock, and then stores that its wait is over. A reader in between counts
 * a moment too many. So readers keep the greatest sum that one of them has told, and tell no smaller one.
 *
 * <p><b>Errors.</b> An Error that ends a wait leaves the mark. The time up to the next wait then counts as waiting.
 */
public final class LoadMeter extends CacheLines {
    private static final VarHandle WAITED;
    private static final VarHandle ENDED;
    private static final VarHandle TOLD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WAITED = lookup.findVarHandle(LoadMeter.class, "waited", long.class);
            ENDED = lookup.findVarHandle(LoadMeter.class, "ended", long.class);
            TOLD = lookup.findVarHandle(LoadMeter.class, "told", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long start = System.nanoTime();

    /** The time that the loop has waited, shifted by one. With the lowest bit set, it waits, since a time that is subtracted. */
    private long waited;

    /** When the last wait ended, from the start. */
    private long ended;

    private long waits;
    private long longestBusy;

    /** The longest time in waits that a reader has told. */
    private volatile long told;

    /** Room behind what each wait writes, as in front of it. */
    @SuppressWarnings("unused")
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

    LoadMeter() {}

    /** Begins anew after a time in which no thread polled. That time counts as waiting. Not called while the loop waits. */
    void enters() {
        long now = System.nanoTime() - start;
        long sum = waited >> 1;
        boolean marked = (waited & 1) != 0; // an Error has ended the last wait
        long waitedNow = marked ? sum + now : sum + now - ended;
        ENDED.setOpaque(this, now);
        WAITED.setRelease(this, waitedNow << 1);
    }

    /**
     * Begins a wait.
     *
     * @param nanoTime the time
     */
    void waits(long nanoTime) {
        long now = nanoTime - start;
        longestBusy = Math.max(longestBusy, now - ended);
        waits++;
        if ((waited & 1) == 0) {
            WAITED.setOpaque(this, (((waited >> 1) - now) << 1) | 1);
        }
    }

    /**
     * Ends a wait.
     *
     * @param nanoTime the time
     */
    void goesOn(long nanoTime) {
        long now = nanoTime - start;
        ENDED.setOpaque(this, now);
        if ((waited & 1) != 0) {
            WAITED.setRelease(this, ((waited >> 1) + now) << 1);
        }
    }

    /**
     * Takes the figures.
     *
     * @param polled whether the context has a home thread that polls it; else the time since the last wait counts as waiting
     * @return the figures of this moment
     */
    public Figures figures(boolean polled) {
        long word = (long) WAITED.getAcquire(this);
        long last = (long) ENDED.getOpaque(this);
        long now = System.nanoTime() - start;
        boolean waiting = (word & 1) != 0;
        long busySince = polled && !waiting ? Math.max(0, now - last) : 0;
        long waitedSoFar = told((word >> 1) + (waiting ? now : polled ? 0 : Math.max(0, now - last)));
        return new Figures(
                waits, waitedSoFar, Math.max(0, now - waitedSoFar), busySince, Math.max(longestBusy, busySince));
    }

    private long told(long sum) {
        long before = told;
        while (before < sum && !TOLD.compareAndSet(this, before, sum)) {
            before = told;
        }
        return Math.max(before, sum);
    }

    /**
     * The figures of a moment, times in nanoseconds.
     *
     * @param waits how many waits have begun
     * @param waited the time in waits
     * @param busy the time between waits
     * @param busySince the time since the last wait, 0 if the loop waits
     * @param longestBusy the longest time between two waits
     */
    public record Figures(long waits, long waited, long busy, long busySince, long longestBusy) {}
}
