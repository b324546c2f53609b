package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a context counts of its timers, by a clock that the test drives. */
class TimerStatisticsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualClock clock = new VirtualClock();
    private AioContext ctx;

    @BeforeEach
    void open() {
        ctx = AioContext.builder().clock(clock).open();
    }

    @AfterEach
    void close() {
        ctx.close();
    }

    private AioStatistics.Timers after(Duration step) {
        clock.advance(step);
        while (ctx.poll(false)) {}
        return ctx.statistics().timers();
    }

    private AioTimer timer(TimerOptions options) {
        return ctx.newTimer("t", options, (timer, missed) -> {});
    }

    @Test
    void eachCallOfAHandlerCountsAndMissedDeadlinesDoNot() {
        assertThat(after(SECOND).fired()).isZero();
        try (AioTimer timer = timer(TimerOptions.DEFAULT)) {
            timer.arm(SECOND, SECOND);
            assertThat(after(SECOND.minusNanos(1)).fired()).isZero();
            assertThat(after(Duration.ofNanos(1)).fired()).isEqualTo(1);
            assertThat(after(SECOND.multipliedBy(5)).fired()).isEqualTo(2);
            timer.disarm();
            assertThat(after(SECOND).fired()).isEqualTo(2);
        }
    }

    @Test
    void timersOfBothClocksCount() {
        try (AioTimer monotonic = timer(TimerOptions.DEFAULT);
                AioTimer wall = timer(TimerOptions.DEFAULT.clock(TimerClock.WALL))) {
            monotonic.arm(SECOND);
            wall.arm(SECOND);
            assertThat(after(SECOND).fired()).isEqualTo(2);
        }
    }

    @Test
    void aTimerThatFiresWithinItsAccuracyIsNotLate() {
        try (AioTimer timer = timer(TimerOptions.DEFAULT.accuracy(Duration.ofMillis(50)))) {
            timer.arm(SECOND);
            assertThat(after(SECOND.plusMillis(50)).late()).isZero();
        }
    }

    @Test
    void aTimerIsLateIfCallbacksOfTheSameIterationHaveKeptTheLoop() {
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            timers.add(
                    i == 9
                            ? hog()
                            : timer(TimerOptions.EXACT)); // there is no look from the ninth timer to the sixteenth
        }
        timers.forEach(timer -> timer.arm(SECOND));
        assertThat(after(SECOND).late()).isEqualTo(Duration.ofMillis(20));
        timers.forEach(AioTimer::close);
    }

    @Test
    void ofTwoTimersTheSecondIsLateIfTheFirstHasKeptTheLoop() {
        List<AioTimer> timers = List.of(hog(), timer(TimerOptions.EXACT));
        timers.forEach(timer -> timer.arm(SECOND));
        assertThat(after(SECOND).late()).isEqualTo(Duration.ofMillis(20));
        timers.forEach(AioTimer::close);
    }

    private AioTimer hog() {
        return ctx.newTimer("hog", TimerOptions.EXACT, (timer, missed) -> clock.advance(Duration.ofMillis(20)));
    }

    @Test
    void theGreatestLatenessBeyondTheAccuracyIsKept() {
        try (AioTimer exact = timer(TimerOptions.EXACT);
                AioTimer coarse = timer(TimerOptions.DEFAULT.accuracy(Duration.ofMillis(50)))) {
            exact.arm(SECOND);
            assertThat(after(SECOND.plusMillis(20)).late()).isEqualTo(Duration.ofMillis(20));
            coarse.arm(SECOND);
            assertThat(after(SECOND.plusMillis(60)).late()).isEqualTo(Duration.ofMillis(20));
            coarse.arm(SECOND);
            assertThat(after(SECOND.plusMillis(80))).satisfies(timers -> {
                assertThat(timers.late()).isEqualTo(Duration.ofMillis(30));
                assertThat(timers).hasToString("3 (late by at most PT0.03S)");
            });
        }
        assertThat(ctx.statistics().toString()).contains(", timers 3 (late by at most PT0.03S)");
    }
}
