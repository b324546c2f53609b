package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A timer is neither early nor lost by a clock that is far from its beginning, or from 1970. */
@Timeout(60)
class FarTimesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration YEAR = Duration.ofDays(365);

    private static AioContext open(VirtualClock clock) {
        return AioContext.builder().clock(clock).open();
    }

    private static boolean fires(AioContext ctx, List<String> fired) {
        fired.clear();
        while (ctx.poll(false)) {}
        return !fired.isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1700-01-01T00:00:00Z", "1960-01-01T00:00:00Z", "2117-01-01T00:00:00Z", "2261-01-01T00:00:00Z"})
    void aTimeOfDayMayBeFarFrom1970(String epoch) {
        VirtualClock clock = new VirtualClock(Instant.parse(epoch));
        List<String> fired = new ArrayList<>();
        TimerOptions wall = TimerOptions.DEFAULT.clock(TimerClock.WALL);
        try (AioContext ctx = open(clock);
                AioTimer timer = ctx.newTimer("t", wall, (self, missed) -> fired.add("t"))) {
            timer.arm(SECOND);
            assertFalse(fires(ctx, fired));
            clock.advance(SECOND);
            assertTrue(fires(ctx, fired));
            timer.armAt(TimeUnit.SECONDS.toNanos(clock.instant().getEpochSecond() + 1));
            assertEquals(SECOND, timer.remaining());
            clock.advance(SECOND.minusNanos(1));
            assertFalse(fires(ctx, fired));
            clock.advance(Duration.ofNanos(1));
            assertTrue(fires(ctx, fired));
            timer.armAt(Long.MAX_VALUE);
            assertFalse(fires(ctx, fired));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClockMayBeFarFromItsBeginning(TimerClock kind) {
        VirtualClock clock = new VirtualClock(Instant.EPOCH);
        List<String> fired = new ArrayList<>();
        clock.advance(YEAR.multipliedBy(100));
        try (AioContext ctx = open(clock);
                AioTimer timer =
                        ctx.newTimer("t", TimerOptions.DEFAULT.clock(kind), (self, missed) -> fired.add("t"))) {
            for (int decade = 0; decade < 4; decade++) {
                clock.advance(YEAR.multipliedBy(10));
                timer.arm(SECOND);
                assertFalse(fires(ctx, fired));
                clock.advance(SECOND);
                assertTrue(fires(ctx, fired));
            }
            assertThrows(ArithmeticException.class, () -> clock.advance(YEAR.multipliedBy(10)));
        }
    }

    @Test
    void whatIsNeverDueDoesNotFireAtTheEndOfTime() {
        VirtualClock clock = new VirtualClock();
        List<String> fired = new ArrayList<>();
        try (AioContext ctx = open(clock);
                AioTimer never = ctx.newTimer("never", (self, missed) -> fired.add("never"))) {
            never.arm(Duration.ofSeconds(Long.MAX_VALUE));
            long left = (Long.MAX_VALUE >> 1) - 2;
            clock.advance(Duration.ofNanos(left));
            assertFalse(fires(ctx, fired));
            assertTrue(never.isArmed());
        }
    }

    @Test
    void aClockThatSkipsIdleTimeSkipsToNothingThatIsNeverDue() {
        VirtualClock clock = new VirtualClock();
        try (AioContext ctx = open(clock);
                AioTimer never = ctx.newTimer("never", (self, missed) -> {});
                AioTimer disarmed = ctx.newTimer("disarmed", (self, missed) -> {});
                EmbeddedLoop inner = ctx.embed()) {
            inner.dispatch();
            never.arm(Duration.ofSeconds(Long.MAX_VALUE));
            inner.dispatch();
            clock.skipIdleTime(true);
            inner.dispatch();
            assertEquals(-1, inner.prepare(), "it waits for ever");
            inner.dispatch();
            disarmed.arm(SECOND);
            disarmed.disarm();
            inner.dispatch();
            assertEquals(-1, inner.prepare(), "it waits for ever");
            never.disarm();
            inner.dispatch();
            assertEquals(-1, inner.prepare(), "it waits for ever");
            assertEquals(0, clock.nanos());
        }
    }
}
