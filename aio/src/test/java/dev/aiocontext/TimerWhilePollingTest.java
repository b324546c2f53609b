package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.posix.Processors;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A timer that becomes due while the loop polls adaptively. */
class TimerWhilePollingTest {
    private static final Duration DELAY = Duration.ofNanos(100_000);
    private static final int MANY = 3000;

    private long fired;

    /** Else the loop would learn that it polls in vain, and sleep: then it is late by the time that a thread takes to wake up. */
    @Test
    @Timeout(60)
    void endsAWaitThatTheLoopHasNotPolledInVain() {
        assumeThat(Processors.areSeveral()).as("it may poll").isTrue();
        try (AioContext context = AioContext.builder()
                        .relay(RelayMode.OFF)
                        .polling(Duration.ofSeconds(1))
                        .open();
                AioTimer timer = context.newTimer("soon", TimerOptions.EXACT, (self, missed) -> {
                    fired++;
                    self.arm(DELAY);
                })) {
            timer.arm(DELAY);
            while (fired < MANY && context.statistics().polling().hits() == 0) {
                context.poll(true);
            }
            assertThat(context.statistics().polling().hits())
                    .as("waits that polling has ended")
                    .isPositive();
        }
    }
}
