package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a loop owes those who find it awake. */
class AwakeLoopTest {
    @Test
    void afterAWaitThatEndedByItselfItIsNotRungFor() {
        try (AioContext ctx = AioContext.open()) {
            long[] rung = new long[2];
            BottomHalf idle = ctx.newBottomHalf("idle", () -> {
                rung[0] = ctx.statistics().wakeups().rung();
                ctx.execute(() -> {});
                rung[1] = ctx.statistics().wakeups().rung();
            });
            idle.scheduleIdle();
            ctx.poll(true); // waits for 10 ms
            idle.close();
            assertThat(rung[1]).isEqualTo(rung[0]);
        }
    }

    @Test
    void aBareWakeupIsTakenByOnePoll() {
        try (AioContext ctx = AioContext.open()) {
            ctx.wakeup();
            ctx.poll(false);
            assertThat(ctx.statistics().wakeups().asked()).isEqualTo(1);
            ctx.poll(false);
            assertThat(ctx.statistics().wakeups().asked()).isEqualTo(1);
        }
    }
}
