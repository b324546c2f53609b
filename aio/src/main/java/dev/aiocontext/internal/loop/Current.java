package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Of each thread, the context in whose callbacks it is. A loop remembers the object of its home thread, so that a poll costs a few
 * loads and stores, and no look into the thread's table.
 *
 * <p><b>Threads.</b> The one whose object it is.
 */
public final class Current {
    private static final ThreadLocal<Current> OF_THREAD = ThreadLocal.withInitial(Current::new);

    /** The context whose poll is the innermost. */
    @Nullable
    Object context;

    Current() {}

    /** {@return the object of the calling thread} It is made at the first call. */
    public static Current ofThread() {
        return OF_THREAD.get();
    }

    /** {@return the context in whose callback the calling thread is, or null} */
    public static @Nullable Object context() {
        return ofThread().context;
    }
}
