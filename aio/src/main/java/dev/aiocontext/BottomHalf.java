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
     * Schedules it, and wakes the loop. The callback sees all that the caller did before, also if the bottom half was
     * scheduled already and is not running yet.
     *
     * @throws IllegalStateException if it is closed
     */
    void schedule();

    /**
     * Schedules it as idle work. The loop waits up to 10 ms for other work before it runs the callback, and the callback is no
     * progress (see {@link AioContext#poll(boolean)}). This changes nothing if the bottom half is scheduled already.
     *
     * @throws IllegalStateException if it is closed
     */
    void scheduleIdle();

    /** Takes the scheduling back, if the callback has not started yet. */
    void cancel();
}
