package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;

/** The library's own loop, run by a platform thread. */
public final class AioLoop implements TaskLoop {
    private final AioContext context;
    private final Thread home;

    /**
     * Opens the context and starts its home thread.
     *
     * @param builder the context's settings
     */
    public AioLoop(AioContext.Builder builder) {
        context = builder.open();
        home = Thread.ofPlatform().name("aio").start(context::run);
    }

    /**
     * The context.
     *
     * @return the context that runs
     */
    public AioContext context() {
        return context;
    }

    @Override
    public void execute(Runnable task) {
        context.execute(task);
    }

    @Override
    public void close() {
        context.stop();
        Threads.join(home);
        context.close();
    }
}
