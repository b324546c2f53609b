package dev.aiocontext.stress;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.concurrent.TimeUnit;

/**
 * A whole context, and who rings its doorbell once more, behind the protocol's back, when a wake-up was lost: else a test that
 * finds one would hang. The notifier calls {@link #awaitLoop} after it has woken the loop, which calls {@link #loopIsBack}.
 */
final class Rescuer {
    /** How long a loop may take to come back: generous the first time, for a machine may be busy. */
    private static volatile long limit = TimeUnit.SECONDS.toNanos(10);

    final AioContext context;
    private Doorbell bell = arming -> {};
    private volatile boolean back;
    private volatile boolean rescued;

    Rescuer() {
        context = Doorbell.withFault(
                real -> {
                    bell = real;
                    return real;
                },
                AioContext::open);
    }

    void loopIsBack() {
        back = true;
    }

    void awaitLoop() {
        long began = System.nanoTime();
        while (!back) {
            Thread.onSpinWait();
            if (System.nanoTime() - began > limit) {
                rescued = true;
                limit = TimeUnit.MILLISECONDS.toNanos(10); // the test has failed: no need to wait that long again
                bell.ring(0);
                began = System.nanoTime();
            }
        }
    }

    boolean hasRescued() {
        return rescued;
    }
}
