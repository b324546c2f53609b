package dev.aiocontext.internal.posix;

/**
 * Makes sure that there is room on the stack for what must not end in the middle, so that a StackOverflowError comes before it.
 *
 * <p><b>Threads.</b> Any.
 */
public final class StackRoom {
    /** Frames of 32 to 100 bytes. To wake a thread takes about 20 frames of up to 200 bytes. */
    private static final int TO_WAKE = 160;

    /** To open a descriptor, and to have a loop watch it, takes about 50 frames of up to 300 bytes. */
    private static final int TO_OPEN = 700;

    private StackRoom() {}

    /**
     * Fails unless there is room to wake a virtual thread. That marks the thread as woken, and then hands it to the scheduler. An Error in
     * between would leave a thread that nobody can wake any more.
     *
     * @throws StackOverflowError if there is none
     */
    public static void requireToWake() {
        require(TO_WAKE);
    }

    /**
     * Fails unless there is room to open a descriptor and to have a loop watch it. An Error in between would leave a descriptor that nobody
     * closes.
     *
     * @throws StackOverflowError if there is none
     */
    public static void requireToOpen() {
        require(TO_OPEN);
    }

    private static void require(int frames) {
        if (climb(frames) != frames) {
            throw new AssertionError();
        }
    }

    private static int climb(int frames) {
        return frames == 0 ? 0 : climb(frames - 1) + 1;
    }
}
