package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.posix.Libc;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs a context in a thread of its own, until it is closed. A failure of the loop is thrown by {@link #close}. */
public final class LoopThread implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** The context, to be used as any thread may. */
    public final AioContext context;

    /** The home thread of the context. */
    public final Thread thread;

    private final BooleanSupplier again;
    private volatile int tid;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Starts a thread that runs a context once. */
    public LoopThread(AioContext context) {
        this(context, () -> false);
    }

    /**
     * Starts a thread that runs a context again and again.
     *
     * @param context the context
     * @param again whether to run it again after a stop, or a lack of memory or stack, has ended the run
     */
    public LoopThread(AioContext context, BooleanSupplier again) {
        this.context = context;
        this.again = again;
        this.thread = Thread.ofPlatform()
                .name("loop-" + COUNT.incrementAndGet())
                .daemon()
                .start(this::run);
    }

    private void run() {
        try {
            tid = Libc.gettid();
            do {
                runOnce();
            } while (again.getAsBoolean());
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    private void runOnce() {
        try {
            context.run();
        } catch (VirtualMachineError e) {
            if (!again.getAsBoolean()) {
                throw e;
            }
        }
    }

    /** {@return the kernel's number of the thread, once it runs} */
    public int tid() {
        Eventually.holds("the thread runs", () -> tid != 0);
        return tid;
    }

    /** Waits until the loop is blocked in the kernel, and stays so. */
    public void awaitBlocked() {
        Eventually.holds("the loop blocks", this::isBlocked);
    }

    /** Waits until the loop is blocked in the kernel, or has ended. */
    public void awaitBlockedOrEnded() {
        Eventually.holds("the loop blocks or ends", () -> !thread.isAlive() || isBlocked());
    }

    /** RUNNABLE for the JVM, which knows nothing of a native call: so the kernel is asked. */
    private boolean isBlocked() {
        long polls = context.statistics().polls();
        // More than one look: a loop that spins sleeps too, now and then, for a safepoint.
        for (int look = 0; look < 10; look++) {
            if (polls == 0
                    || !KernelThreads.isSleeping(tid)
                    || context.statistics().polls() != polls) {
                return false;
            }
        }
        return true;
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
