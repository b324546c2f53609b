package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;

/** An event loop of somebody else, in which a context is embedded. */
interface OuterLoop {
    /** Runs something on the loop's thread, outside of the context. Any thread. */
    void execute(Runnable task);

    /** {@return the kernel's number of the loop's thread} */
    int tid();

    /** Waits until the loop sleeps, and stays so: a loop that polls dispatches again and again. */
    default void awaitBlocked(AioContext inner) {
        Eventually.holds("the outer loop blocks", () -> {
            long polls = inner.statistics().polls();
            for (int look = 0; look < 10; look++) {
                if (!KernelThreads.isSleeping(tid()) || inner.statistics().polls() != polls) {
                    return false;
                }
            }
            return true;
        });
    }
}
