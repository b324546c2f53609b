package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a loop waits for timers by the clock of the machine, and what does not end that wait. */
@Timeout(60)
class TimerWaitsTest {
    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private final List<String> fired = new ArrayList<>();

    private AioTimer timer(AioContext ctx, String name, Duration accuracy) {
        return ctx.newTimer(name, TimerOptions.DEFAULT.accuracy(accuracy), (timer, missed) -> fired.add(name));
    }

    @Test
    void timersWhoseWindowsOverlapShareAWakeUp() {
        try (AioContext ctx = AioContext.builder().polling(Duration.ZERO).open();
                AioTimer coarse = timer(ctx, "coarse", Duration.ofSeconds(10));
                AioTimer exact = timer(ctx, "exact", Duration.ZERO)) {
            long now = ctx.now();
            coarse.armAt(now + 20 * MILLISECOND.toNanos());
            exact.armAt(now + 30 * MILLISECOND.toNanos());
            ctx.poll(false); // this is the home thread now, and has heard of all that was made
            long before = ctx.statistics().load().waits();
            while (!fired.contains("exact")) {
                ctx.poll(true);
            }
            assertEquals(List.of("coarse", "exact"), fired);
            long waits = ctx.statistics().load().waits() - before;
            assertTrue(waits <= 1, "waits: " + waits); // none if this thread slept meanwhile
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20_000})
    void aPollWaitsOutItsTimeThoughATimerIsSuspended(long pollingNanos) {
        try (AioContext ctx = AioContext.builder()
                        .polling(Duration.ofNanos(pollingNanos))
                        .open();
                AioTimer suspended = timer(ctx, "suspended", MILLISECOND)) {
            ctx.poll(false); // this is the home thread now
            suspended.arm(MILLISECOND, MILLISECOND);
            suspended.suspend();
            long began = System.nanoTime();
            assertFalse(ctx.poll(MILLISECOND.multipliedBy(20)));
            assertTrue(System.nanoTime() - began >= MILLISECOND.toNanos() * 20, "at least 20 ms");
        }
    }

    @Test
    void idleWorkEndsAPollAlsoIfATimerIsSuspended() {
        try (AioContext ctx = AioContext.open();
                AioTimer suspended = timer(ctx, "suspended", MILLISECOND);
                AioTimer later = timer(ctx, "later", MILLISECOND)) {
            ctx.poll(false); // this is the home thread now
            BottomHalf idle = ctx.newBottomHalf("idle", () -> fired.add("idle"));
            later.arm(Duration.ofSeconds(10));
            suspended.arm(MILLISECOND);
            suspended.suspend();
            idle.scheduleIdle();
            assertFalse(ctx.poll(true));
            assertEquals(List.of("idle"), fired);
            idle.close();
        }
    }

    @Test
    void anArmingByAnotherThreadDoesNotEndAPoll() {
        try (AioContext ctx = AioContext.open();
                AioTimer timer = timer(ctx, "t", MILLISECOND)) {
            ctx.poll(false); // this is the home thread now
            int home = Libc.gettid();
            Thread other = Thread.ofPlatform().start(() -> {
                Eventually.holds("the loop sleeps", () -> KernelThreads.isSleeping(home));
                timer.arm(MILLISECOND);
            });
            assertTrue(ctx.poll(true));
            assertEquals(List.of("t"), fired);
            Eventually.ends(other);
        }
    }
}
