package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a loop is busy, and how long it waits. */
class LoadTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private static AioContext open(long pollingNanos) {
        return AioContext.builder().polling(Duration.ofNanos(pollingNanos)).open();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 32_768, 1_000_000_000})
    void aWaitCountsAsWaitingWhetherItPollsOrBlocks(long pollingNanos) {
        try (AioContext ctx = open(pollingNanos)) {
            for (int i = 1; i <= 5; i++) {
                ctx.poll(SHORT);
                assertThat(ctx.statistics().load().waits()).isEqualTo(i);
            }
            AioStatistics.Load load = ctx.statistics().load();
            assertThat(load.waiting()).isGreaterThanOrEqualTo(SHORT.multipliedBy(5));
        }
    }

    @Test
    void whatACallbackTakesCountsAsBusy() {
        try (AioContext ctx = open(0)) {
            ctx.poll(SHORT);
            ctx.execute(() -> spend(SHORT));
            ctx.poll(true);
            assertThat(ctx.statistics().load()).satisfies(load -> {
                assertThat(load.waits()).isEqualTo(1);
                assertThat(load.busy()).isGreaterThanOrEqualTo(SHORT);
                assertThat(load.busySince()).isGreaterThanOrEqualTo(SHORT);
                assertThat(load.longestBusy()).isGreaterThanOrEqualTo(load.busySince());
                assertThat(load.utilisation()).isBetween(0.0, 1.0).isPositive();
            });
            ctx.poll(Duration.ofNanos(1));
            assertThat(ctx.statistics().load().longestBusy()).isGreaterThanOrEqualTo(SHORT);
        }
    }

    @Test
    void underConstantLoadTheLongestBusyTimeIsThatOfAllIterationsAndTheLagThatOfOne() {
        int iterations = 50;
        VirtualClock clock = new VirtualClock();
        Duration each = Duration.ofMillis(3);
        try (AioContext ctx = AioContext.builder().clock(clock).open()) {
            ctx.poll(Duration.ofNanos(1));
            AioStatistics before = ctx.statistics();
            Runnable[] again = new Runnable[1];
            again[0] = () -> {
                clock.advance(each); // the timers' clock: this callback takes 3 ms
                spend(Duration.ofNanos(100_000));
                if (!ctx.isClosed()) {
                    ctx.execute(again[0]);
                }
            };
            ctx.execute(again[0]);
            ctx.every(Duration.ofMillis(100), TimerOptions.EXACT, () -> {});
            for (int i = 0; i < iterations; i++) {
                ctx.poll(true);
            }
            AioStatistics after = ctx.statistics();
            assertThat(after.load().waits()).isEqualTo(before.load().waits());
            Duration busy = after.load().busy().minus(before.load().busy());
            assertThat(after.load().longestBusy()).isGreaterThanOrEqualTo(Duration.ofNanos(100_000L * iterations));
            assertThat(after.polls() - before.polls()).isEqualTo(iterations);
            assertThat(busy.dividedBy(iterations)).isLessThan(after.load().longestBusy());
            assertThat(after.timers().fired()).isPositive();
            assertThat(after.timers().late()).isLessThan(each);
        }
    }

    @Test
    void anotherThreadSeesThatACallbackKeepsTheLoop() {
        CountDownLatch release = new CountDownLatch(1);
        AioContext ctx = open(0);
        try (LoopThread loop = new LoopThread(ctx)) {
            loop.awaitBlocked();
            assertThat(ctx.statistics().load().busySince()).isZero();
            ctx.submit(() -> release.await(1, TimeUnit.MINUTES));
            Eventually.holds(
                    "the loop is seen busy",
                    () -> ctx.statistics().load().busySince().compareTo(SHORT) > 0);
            release.countDown();
            loop.awaitBlocked();
            assertThat(ctx.statistics().load().busySince()).isZero();
            assertThat(ctx.statistics().load().longestBusy()).isGreaterThan(SHORT);
        }
    }

    @Test
    void aContextThatNobodyRunsIsNotBusy() {
        try (AioContext ctx = open(0)) {
            assertThat(ctx.statistics().load().utilisation()).isZero();
            ctx.stop();
            ctx.run();
            spend(SHORT);
            assertThat(ctx.statistics().load()).satisfies(load -> {
                assertThat(load.waiting()).isGreaterThanOrEqualTo(SHORT);
                assertThat(load.busySince()).isZero();
            });
            Duration before = ctx.statistics().load().waiting();
            ctx.stop();
            ctx.run();
            assertThat(ctx.statistics().load().waiting()).isGreaterThanOrEqualTo(before);
        }
    }

    @Test
    void theFiguresOfAnotherThreadNeverGoBack() {
        AioContext ctx = open(0);
        try (LoopThread loop = new LoopThread(ctx);
                BottomHalf work = ctx.newBottomHalf("work", () -> {})) {
            loop.awaitBlocked();
            Duration waiting = Duration.ZERO;
            for (int i = 0; i < 20_000; i++) {
                work.schedule();
                Duration next = ctx.statistics().load().waiting();
                assertThat(next).isGreaterThanOrEqualTo(waiting);
                waiting = next;
            }
        }
    }

    private static void spend(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
