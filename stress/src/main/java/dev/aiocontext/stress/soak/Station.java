package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import java.time.Duration;

/** A loop, its thread, and a timer on it. */
final class Station {
    private static final int POOL_THREADS = 4;

    final AioContext context;
    private final Troubles troubles;
    private final Timer timer;
    private final Thread thread;

    Station(RelayMode relay, MonitorMode monitor, Duration polling, Counts counts, Troubles troubles) {
        this.troubles = troubles;
        context = AioContext.builder()
                .name(relay + "-" + monitor)
                .relay(relay)
                .monitor(monitor)
                .polling(polling)
                .maximumPoolThreads(POOL_THREADS)
                .exceptionHandler((ctx, failure) -> troubles.add("a callback on " + ctx.name(), failure))
                .open();
        timer = new Timer(context, counts);
        thread = Thread.ofPlatform().name("station-" + context.name()).daemon().start(this::run);
    }

    private void run() {
        try {
            context.run();
        } catch (Throwable failure) {
            troubles.add("the loop of " + context.name(), failure);
        }
    }

    /** Says so if the timer's expirations do not arrive. */
    void check() {
        timer.check(troubles);
    }

    /** Stops the loop and closes the context. */
    void end() throws InterruptedException {
        context.stop();
        if (!thread.join(Troubles.LIMIT)) {
            troubles.add("the loop of " + context.name() + " does not stop");
            return; // only its home thread could close it
        }
        timer.close();
        context.close();
    }
}
