package dev.aiocontext.internal.loop;

/**
 * Makes sure that there is room on the stack for a call of the JDK which must not end in the middle.
 *
 * <p>To wake a virtual thread is such a call: it marks the thread as woken, and then hands it to the scheduler. A StackOverflowError in
 * between leaves a thread that nobody can wake any more. So the Error is to come before.
 *
 * <p><b>Threads.</b> Any.
 */
final class StackRoom {
    /** Frames of 32 to 100 bytes. To wake a thread takes about 20 frames of up to 200 bytes. */
    private static final int FRAMES = 160;

    private StackRoom() {}

    /**
     * Fails unless there is room.
     *
     * @throws StackOverflowError if there is none
     */
    static void require() {
        if (climb(FRAMES) != FRAMES) {
            throw new AssertionError();
        }
    }

    private static int climb(int frames) {
        return frames == 0 ? 0 : climb(frames - 1) + 1;
    }
}
