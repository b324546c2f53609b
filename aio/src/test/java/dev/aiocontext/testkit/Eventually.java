package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must come, without a fixed delay. The limit is generous, because an emulated machine is 25 times slower. */
public final class Eventually {
    /** The system property that shortens {@link #LIMIT}, in a child JVM too. */
    static final String LIMIT_PROPERTY = "dev.aiocontext.test.limit";

    /** Longer than anything right takes anywhere. The mutation check, which waits for what never comes, shortens it. */
    public static final Duration LIMIT = Duration.parse(System.getProperty(LIMIT_PROPERTY, "PT2M"));

    private static final long PAUSE_NANOS = 50_000;

    private Eventually() {}

    /** Waits until a condition holds. */
    public static void holds(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Polls a context until a condition holds. */
    public static void pollUntil(AioContext context, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            context.poll(LIMIT);
        }
    }

    /** Waits for the end of a thread. */
    public static void ends(Thread thread) {
        try {
            if (!thread.join(LIMIT)) {
                AssertionError hang = new AssertionError("not within " + LIMIT + ": the end of " + thread);
                hang.setStackTrace(thread.getStackTrace());
                throw hang;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + thread, e);
        }
    }
}
