package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Timers by a clock that the test drives, so that each test says exactly what fires when. */
@Timeout(60)
abstract class TimersByVirtualClock {
    static final Duration SECOND = Duration.ofSeconds(1);

    final VirtualClock clock = new VirtualClock();
    final List<String> fired = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    AioContext ctx;

    @BeforeEach
    void open() {
        ctx = AioContext.builder()
                .clock(clock)
                .exceptionHandler((source, failure) -> failures.add(failure))
                .open();
    }

    @AfterEach
    void close() {
        ctx.close();
        assertEquals(List.of(), failures);
    }

    AioTimer timer(String name) {
        return ctx.newTimer(name, (timer, missed) -> fired.add(missed == 0 ? name : name + " missed " + missed));
    }

    List<String> after(Duration step) {
        fired.clear();
        clock.advance(step);
        while (ctx.poll(false)) {}
        return List.copyOf(fired);
    }

    static void close(AioTimer... timers) {
        for (AioTimer timer : timers) {
            timer.close();
        }
    }
}
