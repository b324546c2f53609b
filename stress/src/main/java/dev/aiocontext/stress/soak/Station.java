package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A loop and its thread. A busy one has a timerfd and a periodic timer, and all loads use it. A quiet one has nothing but the wake-ups of a single
 * thread that waits for each: nothing else would wake it if one were lost.
 */
final class Station {
    private static final int POOL_THREADS = 4;

    final AioContext context;
    private final Troubles troubles;
    private final @Nullable Timer timer;
    private final @Nullable Period period;
    private final Thread thread;

    Station(RelayMode relay, MonitorMode monitor, Duration polling, boolean busy, Counts counts, Troubles troubles) {
        this.troubles = troubles;
        context = AioContext.builder()
                .name(relay + "-" + monitor + (busy ? "" : "-quiet"))
                .relay(relay)
                .monitor(monitor)
                .polling(polling)
                .maximumPoolThreads(POOL_THREADS)
                .exceptionHandler((source, failure) -> troubles.add("a callback: " + source, failure))
                .open();
        timer = busy ? new Timer(context, counts) : null;
        period = busy ? new Period(context, counts, troubles) : null;
        thread = Thread.ofPlatform().name("station-" + context.name()).daemon().start(this::run);
    }

    private void run() {
        try {
            context.run();
            if (period != null) {
                period.close();
            }
            if (timer != null) {
                timer.close();
            }
            context.close();
        } catch (Throwable failure) {
            troubles.add("the loop of " + context.name(), failure);
        }
    }

    /** Says so if what the timers tell does not arrive. */
    void check() {
        if (timer != null) {
            timer.check(troubles);
        }
        if (period != null) {
            period.check();
        }
    }

    void stop() {
        context.stop();
    }

    /** Waits for its end, which {@link #stop} began. */
    void join() throws InterruptedException {
        troubles.awaitEnd(thread, "the loop of " + context.name());
    }
}
