package dev.aiocontext.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aiocontext.AioTimer;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.TimerClock;
import dev.aiocontext.TimerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Timers by a time of day that somebody sets forward and back. */
class SettableClockTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final TimerOptions WALL = TimerOptions.DEFAULT.clock(TimerClock.WALL);

    private static final class SettableTicks implements Ticks {
        long now = 1000 * MINUTE;

        @Override
        public long now() {
            return now;
        }

        @Override
        public boolean isSettable() {
            return true;
        }
    }

    private final SettableTicks clock = new SettableTicks();
    private final List<String> fired = new ArrayList<>();
    private LoopParts parts;
    private Loop loop;

    @BeforeEach
    void open() {
        Home home = new Home("test");
        parts = new LoopParts(
                "test",
                RelayMode.OFF,
                MonitorMode.POLL,
                AdaptivePolling.Settings.DEFAULT,
                home,
                new Callbacks("test", null, false),
                Ticks.MONOTONIC,
                clock);
        loop = new Loop(this, parts);
        home.enter();
        loop.enter(Current.ofThread());
    }

    @AfterEach
    void close() {
        new LastCalls(parts, loop).free();
    }

    private AioTimer timer(String name) {
        return parts.timers().make(name, WALL, (timer, missed) -> fired.add(missed == 0 ? name : name + "+" + missed));
    }

    private List<String> at(long now) {
        fired.clear();
        clock.now = now;
        loop.iterate(0);
        loop.iterate(0);
        return List.copyOf(fired);
    }

    @Test
    void aClockThatIsSetBackPutsDeadlinesFurtherOff() {
        AioTimer first = timer("first");
        first.armAt(1001 * MINUTE);
        assertEquals(List.of(), at(1000 * MINUTE + 1));
        assertEquals(List.of(), at(900 * MINUTE));
        assertEquals(Duration.ofMinutes(101), first.remaining());
        AioTimer second = timer("second");
        second.armAt(901 * MINUTE); // before what the wheel had been told
        assertEquals(List.of(), at(901 * MINUTE - 1));
        assertEquals(List.of("second"), at(901 * MINUTE));
        assertEquals(List.of("first"), at(1001 * MINUTE));
    }

    @Test
    void aClockThatIsSetForwardMakesWhatItJumpedOverDue() {
        AioTimer once = timer("once");
        once.armAt(1001 * MINUTE);
        AioTimer periodic = timer("periodic");
        periodic.arm(Duration.ofMinutes(2), Duration.ofMinutes(2));
        assertEquals(List.of("once", "periodic+2"), at(1007 * MINUTE));
        assertEquals(List.of("periodic"), at(1008 * MINUTE));
    }

    @Test
    void aPeriodicTimerWaitsForItsNextTimeOfDayAfterTheClockWasSetBack() {
        AioTimer periodic = timer("periodic");
        periodic.arm(Duration.ofMinutes(1), Duration.ofMinutes(1));
        assertEquals(List.of("periodic"), at(1001 * MINUTE));
        assertEquals(List.of(), at(999 * MINUTE));
        assertEquals(List.of(), at(1001 * MINUTE));
        assertEquals(List.of("periodic"), at(1002 * MINUTE));
    }

    @Test
    void aPollWithinACallbackThatNoticesASetBackKeepsThePollAroundItFromFiringEarly() {
        AioTimer later = timer("later");
        AioTimer setter = parts.timers().make("setter", WALL, (timer, missed) -> {
            fired.add("setter");
            clock.now = 900 * MINUTE;
            later.armAt(950 * MINUTE);
            loop.iterate(0);
        });
        AioTimer same = timer("same");
        setter.armAt(1001 * MINUTE);
        same.armAt(1001 * MINUTE);
        fired.clear();
        clock.now = 1001 * MINUTE;
        loop.iterate(0);
        assertEquals(List.of("setter"), fired);
        assertEquals(List.of(), at(950 * MINUTE - 1));
        assertEquals(List.of("later"), at(950 * MINUTE));
        assertEquals(List.of("same"), at(1001 * MINUTE));
    }

    @Test
    void aClockThatIsSetBeyondTheLatestDeadlineMakesNoTimerEarly() {
        AioTimer timer = timer("t");
        timer.armAt(1001 * MINUTE);
        assertEquals(List.of("t"), at(Long.MAX_VALUE - MINUTE));
        timer.arm(Duration.ofMinutes(1));
        assertEquals(List.of(), at(Long.MAX_VALUE - MINUTE));
    }

    @Test
    void disarmedTimersStayDisarmedWhenTheClockIsSetBack() {
        AioTimer timer = timer("t");
        timer.armAt(1001 * MINUTE);
        timer.disarm();
        assertEquals(List.of(), at(900 * MINUTE));
        assertEquals(List.of(), at(2000 * MINUTE));
    }
}
