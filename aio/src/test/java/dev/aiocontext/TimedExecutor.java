package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** The scheduled executor of a context, by a clock that the test drives, on a home thread that is the test's. */
@Timeout(60)
abstract class TimedExecutor {
    static final long YEAR = 365 * 24 * 3600;

    final VirtualClock clock = new VirtualClock();
    final List<String> ran = new ArrayList<>();
    final List<Throwable> reported = new ArrayList<>();
    AioContext ctx;
    ScheduledExecutorService executor;

    @BeforeEach
    void open() {
        ctx = AioContext.builder()
                .name("timed")
                .clock(clock)
                .exceptionHandler((source, failure) -> reported.add(failure))
                .open();
        ctx.poll(false);
        executor = ctx.scheduledExecutor();
    }

    @AfterEach
    void close() {
        ctx.close();
    }

    Runnable task(String name) {
        return () -> ran.add(name);
    }

    List<String> after(Duration step) {
        ran.clear();
        clock.advance(step);
        for (int polls = 0; ctx.poll(false); polls++) {
            assertThat(polls).as("polls with progress").isLessThan(1000);
        }
        return List.copyOf(ran);
    }

    List<String> now() {
        return after(Duration.ZERO);
    }

    List<String> afterSeconds(long seconds) {
        return after(Duration.ofSeconds(seconds));
    }
}
