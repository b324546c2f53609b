package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.internal.fdmon.FdSet;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** For how long a loop asks the kernel to wait for a timer. */
class ExactWaitTest {
    @Test
    void aWaitForATimerEndsInTimeHoweverShortItIs() {
        FdSet descriptors = new FdSet(MonitorMode.POLL);
        try {
            ExactWait wait = new ExactWait(Ticks.MONOTONIC, descriptors);
            for (long accuracy : new long[] {
                0, 1, 49_999, 50_000, 1_000_000, Duration.ofDays(1).toNanos()
            }) {
                for (long left = 1; left < Duration.ofDays(2).toNanos(); left *= 3) {
                    assertThat(wait.timeout(left, accuracy)).isBetween(0L, left); // less than 0 is for ever
                }
            }
        } finally {
            descriptors.close();
        }
    }
}
