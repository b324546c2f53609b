package dev.aiocontext;

/**
 * A callback that any thread schedules and the loop runs: QEMU's {@code QEMUBH}, libuv's {@code uv_async_t}. Made by {@link
 * AioContext#newBottomHalf}. Scheduling it allocates nothing.
 *
 * <p>Bottom halves run in the order in which they were scheduled, which QEMU does not promise. Scheduling one that is
 * already scheduled changes nothing: it runs once. One that is scheduled by a callback runs in the next poll.
 */
public interface BottomHalf extends Source {
    /**
     * Schedules it, and wakes the loop. What the caller did before is visible to the callback, also if it was already
     * scheduled and not yet running.
     *
     * @throws IllegalStateException if it is closed
     */
    void schedule();

    /**
     * Schedules it for when there is nothing better to do: the loop waits up to 10 ms for something else before it runs
     * it, and it is no progress (see {@link AioContext#poll(boolean)}). Already scheduled, it stays as it is.
     *
     * @throws IllegalStateException if it is closed
     */
    void scheduleIdle();

    /** Takes the scheduling back, if the callback has not started yet. */
    void cancel();
}
