package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Names the context that a thread polls. A context remembers the object of its home thread, so that a poll costs two
 * stores and no look into the thread's table.
 *
 * <p><b>Threads.</b> The thread whose object it is.
 *
 * @param <C> the type of the context
 */
public final class Current<C> {
    private static final ThreadLocal<Current<Object>> OF_THREAD = ThreadLocal.withInitial(Current::new);

    /** The context whose poll is the innermost. */
    public @Nullable C context;

    private Current() {}

    /**
     * {@return the object of the calling thread}
     *
     * @param <C> the type of the context
     */
    @SuppressWarnings("unchecked") // there is one type of context
    public static <C> Current<C> ofThread() {
        return (Current<C>) OF_THREAD.get();
    }
}
