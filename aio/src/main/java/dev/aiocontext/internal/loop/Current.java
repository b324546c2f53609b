package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Tells of each thread in which context's callback it is. A loop remembers the object of its home thread, so that a poll costs a few
 * loads and stores, and no look into the thread's table. A poll counts itself, and stores its context only if the thread polled
 * another one before: the garbage collector makes the store of a reference cost more than that of a number.
 *
 * <p><b>Threads.</b> The one whose object it is.
 */
public final class Current extends CurrentPoll {
    private static final ThreadLocal<@Nullable Current> OF_THREAD = new ThreadLocal<>();

    /** Room behind what a poll writes, as in front of it. */
    @SuppressWarnings("unused")
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

    Current() {}

    /** Begins a poll of a context. */
    @SuppressWarnings("ReferenceEquality") // the very same object
    void enter(Object polled) {
        if (context != polled) {
            context = polled;
        }
        depth++;
    }

    /** {@return the object of the calling thread} It is made at the first call. */
    public static Current ofThread() {
        Current own = OF_THREAD.get();
        if (own == null) {
            own = new Current();
            OF_THREAD.set(own);
        }
        return own;
    }

    /** {@return the context in whose callback the calling thread is, or null} */
    public static @Nullable Object context() {
        Current own = ofThread();
        return own.depth > 0 ? own.context : null;
    }
}
