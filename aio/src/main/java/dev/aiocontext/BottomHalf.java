package dev.aiocontext;

/**
 * A callback that any thread schedules and the loop runs: QEMU's {@code QEMUBH}. Made by {@link AioContext#newBottomHalf},
 * scheduled as often as one likes, at no allocation; it lives until {@link #delete}.
 *
 * <p>Bottom halves run in the order in which they were scheduled, which QEMU does not promise. Scheduling one that is
 * already scheduled changes nothing: it runs once. One that is scheduled by a callback runs in the next poll.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public interface BottomHalf {
    /**
     * The name that messages give it.
     *
     * @return the name
     */
    String name();

    /**
     * Schedules it, and wakes the loop. What the caller did before is visible to the callback, also if it was already
     * scheduled and not yet running.
     *
     * @throws IllegalStateException if it is deleted, or its context closed
     */
    void schedule();

    /**
     * Schedules it for when there is nothing better to do: the loop waits up to 10 ms for something else before it runs
     * it, and it is no progress (see {@link AioContext#poll}). Already scheduled, it stays as it is.
     *
     * @throws IllegalStateException if it is deleted, or its context closed
     */
    void scheduleIdle();

    /** Takes the scheduling back, if the callback has not started yet. */
    void cancel();

    /** Ends it, scheduled or not; its callback may call this too. Calling it again changes nothing. */
    void delete();
}
