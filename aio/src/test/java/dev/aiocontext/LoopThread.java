package dev.aiocontext;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A thread that runs a context, until closed. */
final class LoopThread implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    final AioContext context;
    final Thread thread;
    private final String name = "loop-" + COUNT.incrementAndGet();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    LoopThread(AioContext context) {
        this.context = context;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private void run() {
        try {
            context.run();
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    /** Waits until the loop is blocked in the kernel. */
    void awaitBlocked() {
        long polls = context.statistics().polls();
        Eventually.holds("the loop blocks", () -> isBlocked(polls));
    }

    private boolean isBlocked(long pollsBefore) {
        // RUNNABLE for the JVM, which knows nothing of a native call: ask the kernel.
        return context.statistics().polls() >= Math.max(1, pollsBefore) && KernelThreads.isSleeping(name);
    }

    @Override
    public void close() {
        context.stop();
        Eventually.ends(thread);
        context.close();
        Throwable t = failure.get();
        if (t != null) {
            throw new AssertionError("the loop failed", t);
        }
    }
}
