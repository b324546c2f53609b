package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When timers fire. */
class TimerTest extends TimersByVirtualClock {
    @Test
    void aTimerFiresOnceAtItsDeadlineAndNeverEarly() {
        AioTimer timer = timer("t");
        timer.arm(SECOND);
        assertEquals(List.of(), after(SECOND.minusNanos(1)));
        assertTrue(timer.isArmed());
        assertEquals(Duration.ofNanos(1), timer.remaining());
        assertEquals(List.of("t"), after(Duration.ofNanos(1)));
        assertFalse(timer.isArmed());
        assertEquals(List.of(), after(SECOND.multipliedBy(1000)));
        timer.close();
    }

    @Test
    void aTestOfAnHourTakesAsManyPollsAsThereAreDeadlines() {
        List<Long> times = new ArrayList<>();
        AioTimer timer = ctx.every(Duration.ofMinutes(1), () -> times.add(clock.nanos()));
        clock.skipIdleTime(true);
        while (clock.nanos() < Duration.ofHours(1).toNanos()) {
            ctx.poll(true);
        }
        assertEquals(60, times.size());
        assertEquals(Duration.ofMinutes(60).toNanos(), times.getLast());
        timer.close();
    }

    @Test
    void aPollWithALimitSkipsNoMoreTimeThanThat() {
        List<Long> times = new ArrayList<>();
        AioTimer timer = ctx.newTimer("far away", (self, missed) -> times.add(clock.nanos()));
        timer.arm(Duration.ofHours(1));
        clock.skipIdleTime(true);
        ctx.poll(false); // takes the arming and the wake-up
        assertFalse(ctx.poll(SECOND));
        assertEquals(SECOND.toNanos(), clock.nanos());
        assertTrue(ctx.poll(Duration.ofHours(2)));
        assertEquals(List.of(Duration.ofHours(1).toNanos()), times);
        timer.close();
    }

    @Test
    void timersFireInTheOrderOfTheirDeadlinesAndThoseWithEqualOnesInTheOrderOfArming() {
        AioTimer a = timer("a");
        AioTimer b = timer("b");
        AioTimer c = timer("c");
        AioTimer d = timer("d");
        b.arm(SECOND);
        c.arm(SECOND.minusNanos(1));
        d.arm(SECOND);
        a.arm(SECOND);
        b.arm(SECOND); // again: it goes behind the others
        assertEquals(List.of("c", "d", "a", "b"), after(SECOND));
        close(a, b, c, d);
    }

    @Test
    void aTimerThatWasMovedToLaterKeepsItsPlaceInTheOrderOfArming() {
        AioTimer a = timer("a");
        AioTimer b = timer("b");
        b.arm(Duration.ofMillis(500));
        b.arm(SECOND); // later: the wheel does not hear of it before half a second is over
        a.arm(SECOND);
        assertEquals(List.of(), after(Duration.ofMillis(600)));
        assertEquals(List.of("b", "a"), after(SECOND));
        close(a, b);
    }

    @Test
    void aTimerCanBeArmedForEarlierAndForLater() {
        AioTimer timer = timer("t");
        timer.arm(SECOND);
        timer.arm(Duration.ofMillis(1));
        assertEquals(List.of("t"), after(Duration.ofMillis(1)));
        assertEquals(List.of(), after(SECOND));
        timer.arm(SECOND);
        timer.arm(SECOND.multipliedBy(2));
        assertEquals(List.of(), after(SECOND));
        assertEquals(List.of("t"), after(SECOND));
        timer.close();
    }

    @Test
    void disarmTakesTheArmingBackOnce() {
        AioTimer timer = timer("t");
        assertFalse(timer.disarm());
        timer.arm(SECOND);
        assertTrue(timer.disarm());
        assertFalse(timer.disarm());
        assertEquals(List.of(), after(SECOND));
        timer.arm(SECOND);
        assertEquals(List.of("t"), after(SECOND));
        timer.close();
    }

    @Test
    void aPeriodDoesNotDriftAndWhatWasMissedIsTold() {
        AioTimer timer = timer("p");
        timer.arm(SECOND, SECOND);
        assertEquals(List.of("p"), after(Duration.ofMillis(1200)));
        assertEquals(Duration.ofMillis(800), timer.remaining());
        assertEquals(List.of("p"), after(Duration.ofMillis(800)));
        assertEquals(List.of("p missed 2"), after(Duration.ofMillis(3500)));
        assertEquals(Duration.ofMillis(500), timer.remaining());
        assertTrue(timer.disarm());
        assertEquals(List.of(), after(SECOND.multipliedBy(5)));
        timer.close();
    }

    @Test
    void aHandlerMayArmItsTimerForNowAndFiresInTheNextIteration() {
        AioTimer timer = ctx.newTimer("again", (source, missed) -> {
            fired.add("again");
            source.arm(Duration.ZERO);
        });
        timer.arm(Duration.ZERO);
        clock.advance(Duration.ofNanos(1));
        assertTrue(ctx.poll(false));
        assertEquals(List.of("again"), fired);
        clock.advance(Duration.ofNanos(1));
        assertTrue(ctx.poll(false));
        assertEquals(List.of("again", "again"), fired);
        timer.close();
    }

    @Test
    void manyTimersThatAreDueAtOnceDoNotKeepATaskWaiting() {
        int many = 100_000;
        ctx.poll(false); // this is the home thread now
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            AioTimer timer = timer("t");
            timer.arm(SECOND);
            timers.add(timer);
        }
        clock.advance(SECOND);
        ctx.poll(false);
        assertEquals(0, fired.size(), "to put so many into order is work, and more than one slice");
        ctx.poll(false);
        int first = fired.size();
        assertTrue(first <= 1024, "fired " + first);
        boolean[] ran = {false};
        ctx.execute(() -> ran[0] = true);
        ctx.poll(true); // does not wait, because timers are due
        assertTrue(ran[0]);
        assertTrue(fired.size() - first <= 1024, "fired " + fired.size());
        while (fired.size() < many) {
            ctx.poll(true);
        }
        timers.forEach(AioTimer::close);
    }

    @Test
    void aTimerThatIsArmedForThePastFiresAlthoughEachSliceIsFullOfOthers() {
        ctx.poll(false); // this is the home thread now
        int many = 3000; // of which two slices never take all
        for (int i = 0; i < many; i++) {
            ctx.every(SECOND, () -> {});
        }
        AioTimer past = ctx.newTimer("past", (source, missed) -> {
            fired.add("past");
            source.armAt(0);
        });
        clock.advance(SECOND);
        ctx.poll(false);
        past.armAt(0);
        for (int i = 0; i < 10; i++) {
            clock.advance(SECOND);
            ctx.poll(false);
        }
        assertTrue(fired.size() >= 4, "fired " + fired);
        past.close();
    }

    @Test
    void timersThatAreArmedForThePastAgainAndAgainDoNotKeepOthersWaiting() {
        ctx.poll(false); // this is the home thread now
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            AioTimer past = ctx.newTimer("past", (source, missed) -> source.armAt(0));
            past.armAt(0);
            timers.add(past);
        }
        AioTimer beat = timer("beat");
        timers.add(beat);
        beat.arm(SECOND, SECOND);
        for (int i = 0; i < 8; i++) {
            clock.advance(SECOND);
            ctx.poll(false);
        }
        assertTrue(fired.size() >= 4, "fired " + fired);
        timers.forEach(AioTimer::close);
    }

    @Test
    void nowIsTheTimeOfTheIterationInACallbackAndTheTimeOfTheCallElsewhere() {
        List<Long> times = new ArrayList<>();
        ctx.execute(() -> {
            times.add(ctx.now());
            clock.advance(SECOND);
            times.add(ctx.now());
        });
        ctx.poll(false);
        times.add(ctx.now()); // the home thread's, between two iterations
        clock.advance(SECOND);
        times.add(ctx.now());
        long second = SECOND.toNanos();
        assertEquals(List.of(0L, 0L, second, 2 * second), times);
    }

    /** The first slices may only bring the wheel's entries into order. */
    @Test
    void aPollIsProgressAsLongAsTimersAreDue() {
        int many = 200_000;
        ctx.poll(false); // this is the home thread now
        AtomicInteger count = new AtomicInteger();
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            AioTimer timer = ctx.newTimer("t", (source, missed) -> count.incrementAndGet());
            timer.armAt(Duration.ofMinutes(1).toNanos() + i * 1_000_000L);
            timers.add(timer);
        }
        clock.advance(Duration.ofHours(1));
        while (ctx.poll(false)) {}
        assertEquals(many, count.get());
        timers.forEach(AioTimer::close);
    }

    @Test
    void aStoppedClockGivesNoDeadline() {
        try (AioTimer timer = timer("in an hour");
                EmbeddedLoop inner = ctx.embed()) {
            timer.arm(Duration.ofHours(1));
            inner.dispatch();
            assertEquals(-1, inner.prepare(), "a clock that stands at first");

            clock.start();
            inner.dispatch();
            assertTrue(inner.prepare() > 0, "a clock that runs");

            clock.stop();
            inner.dispatch();
            assertEquals(-1, inner.prepare(), "a clock that was stopped");
        }
    }

    @Test
    void aTimeBeyondTheEndOfTimeIsNever() {
        AioTimer timer = timer("t");
        timer.arm(Duration.ofSeconds(Long.MAX_VALUE));
        assertTrue(timer.isArmed());
        assertEquals(List.of(), after(Duration.ofDays(365 * 100)));
        timer.arm(SECOND, Duration.ofSeconds(Long.MAX_VALUE));
        assertEquals(List.of("t"), after(SECOND));
        assertEquals(List.of(), after(Duration.ofDays(365 * 20)));
        timer.armAt(Long.MIN_VALUE);
        assertEquals(List.of("t"), after(Duration.ofNanos(1)));
        timer.close();
    }

    @Test
    void aTimerOfTheWallClockGoesByTheTimeOfDay() {
        AioTimer timer = ctx.newTimer(
                "wall", TimerOptions.DEFAULT.clock(TimerClock.WALL), (source, missed) -> fired.add("wall"));
        timer.armAt(clock.instant().plusSeconds(1).toEpochMilli() * 1_000_000);
        assertEquals(List.of(), after(SECOND.minusNanos(1)));
        assertEquals(List.of("wall"), after(Duration.ofNanos(1)));
        timer.close();
    }
}
