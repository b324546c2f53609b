package dev.aiocontext;

import java.util.Objects;

/**
 * A platform thread that runs a context: QEMU's {@code IOThread}.
 *
 * <p><b>Threads.</b> Any thread may call any method, but the thread itself cannot {@link #close} itself.
 *
 * <p><b>Errors.</b> The thread ends when something calls {@link AioContext#stop}, or when an {@link Error} leaves the loop. It
 * closes its context then, whose methods refuse from then on, and the Error goes to the thread's handler of uncaught exceptions.
 */
public final class AioThread implements AutoCloseable {
    private final AioContext context;
    private final Thread thread;

    private AioThread(AioContext context) {
        this.context = context;
        this.thread = Thread.ofPlatform().daemon().name(context.name()).unstarted(() -> run(context));
    }

    private static void run(AioContext context) {
        try {
            context.run();
        } catch (RuntimeException | Error e) {
            closeAfter(context, e);
            throw e;
        }
        context.close();
    }

    /** The closing may throw the very failure that has ended the loop: the JVM throws the same OutOfMemoryError again and again. */
    @SuppressWarnings("ReferenceEquality") // the very failure
    private static void closeAfter(AioContext context, Throwable failure) {
        try {
            context.close();
        } catch (RuntimeException | Error e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    /**
     * Opens a context, and starts a daemon thread of its name that runs it.
     *
     * @param settings the context's settings
     * @return the thread, to be closed
     * @throws IllegalArgumentException as {@link AioContext.Builder#open}
     * @throws IllegalStateException as {@link AioContext.Builder#open}
     * @throws SyscallException as {@link AioContext.Builder#open}
     */
    public static AioThread start(AioContext.Builder settings) {
        AioContext context = Objects.requireNonNull(settings, "settings").open();
        try {
            AioThread started = new AioThread(context);
            started.thread.start();
            return started;
        } catch (Error e) {
            context.close(); // there is no thread that would do it
            throw e;
        }
    }

    /**
     * Opens a context with the default settings, and starts a daemon thread that runs it.
     *
     * @param name the name of the context and of the thread
     * @return the thread, to be closed
     * @throws IllegalStateException as {@link AioContext.Builder#open}
     * @throws SyscallException as {@link AioContext.Builder#open}
     */
    public static AioThread start(String name) {
        return start(AioContext.builder().name(Objects.requireNonNull(name, "name")));
    }

    /** {@return the context that the thread runs} */
    public AioContext context() {
        return context;
    }

    /** {@return the thread} */
    public Thread thread() {
        return thread;
    }

    /**
     * Stops the loop, and waits until the thread has closed the context and has ended. An interrupt does not end the wait, and stays
     * pending. Closing twice is like closing once.
     *
     * @throws IllegalStateException if the calling thread is the thread itself, or one of the context's pool, which the thread waits for:
     *     {@link AioContext#stop} is what they can call
     */
    @Override
    public void close() {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(this + " cannot wait for itself: stop its context instead");
        }
        context.requireNoWorker("close()");
        boolean interrupted = false;
        while (thread.isAlive()) {
            context.stop();
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "AioThread " + context.name();
    }
}
