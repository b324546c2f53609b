package dev.aiocontext;

/**
 * A callback before each wait of a loop, and one after it: GLib's {@code prepare}, sd-event's {@code sd_event_source_set_prepare}, libuv's
 * {@code uv_prepare_t}. It is for libraries that have descriptors and deadlines of their own, and ask the loop to wait for them.
 *
 * <p>Both run once in each iteration of the loop, also in that of a nested poll, and also if the iteration does not sleep. The order is:
 * <ol>
 *   <li>{@link #prepare} of all hooks, in the order in which they were made
 *   <li>the wait: the loop polls adaptively, arms, looks for work once more, and sleeps
 *   <li>{@link #after} of all hooks, in the same order
 *   <li>the callbacks
 * </ol>
 * The wait sees all that a hook does. The loop does not sleep if a hook has scheduled work. It waits for the interest that a hook has
 * set, and not longer than to a timer that a hook has armed.
 *
 * <p><b>What a hook looks at.</b> The loop knows nothing of data that a hook looks at. A thread that changes such data while the loop may be
 * asleep calls {@link AioContext#wakeup} afterwards, and {@link #prepare} is called anew. The home thread does so too, if it is outside of
 * the loop's callbacks and the context is embedded: between {@link EmbeddedLoop#prepare} and {@link EmbeddedLoop#dispatch} the loop counts as
 * asleep. Sources, timers and scheduled work announce themselves.
 *
 * <p><b>Threads.</b> The home thread.
 *
 * <p><b>Polling.</b> A hook may not poll its own context: such a poll throws {@link IllegalStateException}. Scheduled work may poll.
 *
 * <p><b>Errors.</b> What a hook throws goes to the context's {@link ExceptionHandler}, and the hook is suspended. An {@code Error} then
 * leaves the poll.
 */
@FunctionalInterface
public interface WaitHook {
    /**
     * Prepares a wait. The hook may change the interests of sources, arm timers, schedule work, and limit the wait. To process something
     * when its time has come, it schedules a bottom half or arms a timer, because it is not called for that by itself.
     *
     * @param wait by which the hook says for how long the loop may sleep; to be used until this returns
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the hook is suspended
     */
    void prepare(Wait wait) throws Throwable;

    /**
     * Hears that the wait is over, before any callback is called. Work that it schedules runs in this iteration. It is called once for
     * each {@link #prepare} that has returned, also if an {@code Error} has ended the wait, unless the hook was closed since.
     *
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the hook is suspended
     */
    default void after() throws Throwable {}
}
