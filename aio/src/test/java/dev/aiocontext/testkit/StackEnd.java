package dev.aiocontext.testkit;

import java.util.function.IntConsumer;

/** Makes calls near the end of the stack, one in each frame, so that one after the other overflows at each of its steps. */
public final class StackEnd {
    private static final long STACK = 256 * 1024;

    private final int calls;
    private final IntConsumer call;

    private StackEnd(int calls, IntConsumer call) {
        this.calls = calls;
        this.call = call;
    }

    /**
     * Makes the calls in a thread with a short stack. Interpreted, some overflow; compiled and inlined, perhaps none.
     *
     * @param calls how many frames before the end of the stack the calls begin
     * @param offset how many small frames lie below the large ones: each puts the end at another step of a call
     * @param call is told how many frames it is from the end
     */
    public static void call(int calls, int offset, IntConsumer call) {
        StackEnd end = new StackEnd(calls, call);
        Thread thread = new Thread(null, () -> end.begin(offset), "at the end of its stack", STACK);
        thread.start();
        Eventually.ends(thread);
    }

    /**
     * Makes the calls in the calling thread.
     *
     * @param calls as above
     * @param call as above
     */
    public static void callHere(int calls, IntConsumer call) {
        new StackEnd(calls, call).climb(0);
    }

    private void begin(int offset) {
        if (offset > 0) {
            begin(offset - 1);
        } else {
            climb(0);
        }
    }

    /** Returns how many frames it is from the end. */
    private int climb(int frame) {
        int fromEnd;
        try {
            fromEnd = frame == Integer.MAX_VALUE ? 0 : climb(frame + 1);
        } catch (StackOverflowError end) {
            fromEnd = 0;
        }
        if (fromEnd < calls) {
            try {
                call.accept(fromEnd);
            } catch (StackOverflowError e) {
                return fromEnd + 1; // what the test is about: the call ended somewhere
            }
        }
        return fromEnd + 1;
    }
}
