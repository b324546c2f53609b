package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A virtual clock that skips idle time: a poll jumps to what it would wait for, and to nothing else. */
class SkippedTimeTest extends TimersByVirtualClock {
    private static final int MANY = 20_000;

    @BeforeEach
    void skip() {
        ctx.poll(false); // this is the home thread now
        clock.skipIdleTime(true);
        ctx.poll(false); // takes the wake-up
    }

    private AioTimer armed(TimerClock by, Duration delay) {
        AioTimer timer = ctx.newTimer(
                by.name(), TimerOptions.DEFAULT.clock(by), (self, missed) -> fired.add(by + " at " + clock.nanos()));
        timer.arm(delay);
        return timer;
    }

    @ParameterizedTest
    @EnumSource
    void theEarliestTimerOfAllClocksIsTheNextOneWhicheverWasMadeFirst(TimerClock madeFirst) {
        AioTimer first = armed(madeFirst, SECOND.multipliedBy(5));
        TimerClock other = madeFirst == TimerClock.WALL ? TimerClock.MONOTONIC : TimerClock.WALL;
        AioTimer second = armed(other, SECOND.multipliedBy(3));
        assertTrue(ctx.poll(true));
        assertEquals(List.of(other + " at 3000000000"), fired);
        assertTrue(ctx.poll(true));
        assertEquals(List.of(other + " at 3000000000", madeFirst + " at 5000000000"), fired);
        close(first, second);
    }

    @Test
    void aPollForWhichNothingIsDueMovesTheClockByItsLimit() {
        assertFalse(ctx.poll(SECOND)); // there was no timer yet
        assertEquals(SECOND.toNanos(), clock.nanos());
        AioTimer timer = armed(TimerClock.WALL, SECOND.multipliedBy(10));
        assertFalse(ctx.poll(SECOND));
        assertEquals(2 * SECOND.toNanos(), clock.nanos());
        timer.disarm();
        assertFalse(ctx.poll(SECOND));
        assertEquals(3 * SECOND.toNanos(), clock.nanos());
        timer.close();
    }

    @Test
    void aPollThatSkipsBeyondTheEndOfTimeReturns() {
        clock.advance(SECOND);
        ctx.poll(false);
        assertFalse(ctx.poll(Duration.ofNanos(Long.MAX_VALUE - 1))); // longer is for ever
        assertThrows(ArithmeticException.class, () -> clock.advance(Duration.ofNanos(1))); // it is at its end
    }

    @Test
    void timersThatWereDisarmedDoNotEndAPoll() {
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            AioTimer timer = timer("disarmed");
            timer.armAt(SECOND.toNanos() + i * 10_000L);
            timers.add(timer);
        }
        timers.forEach(AioTimer::disarm);
        assertFalse(ctx.poll(SECOND.multipliedBy(2)));
        assertEquals(2 * SECOND.toNanos(), clock.nanos());
        timers.getFirst().arm(SECOND.multipliedBy(2));
        assertTrue(ctx.poll(true));
        assertEquals(4 * SECOND.toNanos(), clock.nanos());
        timers.forEach(AioTimer::close);
    }

    @Test
    void aSuspendedTimerDoesNotEndAPoll() {
        AioTimer suspended = armed(TimerClock.MONOTONIC, SECOND);
        suspended.suspend();
        AioTimer other = armed(TimerClock.WALL, SECOND.multipliedBy(2));
        assertTrue(ctx.poll(true));
        assertEquals(List.of("WALL at 2000000000"), fired);
        close(suspended, other);
    }
}
