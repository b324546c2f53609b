package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timers are sources, with the life of sources. */
class TimerLifeTest extends TimersByVirtualClock {
    @Test
    void aHandlerMayCloseItsTimer() {
        AioTimer timer = ctx.newTimer("t", (source, missed) -> {
            fired.add("t");
            source.close();
        });
        timer.arm(SECOND, SECOND);
        assertEquals(List.of("t"), after(SECOND));
        assertFalse(timer.isOpen());
        assertEquals(List.of(), after(SECOND));
    }

    @Test
    void afterClosesItsTimerWhenItHasFired() {
        AioTimer timer = ctx.after(SECOND, () -> fired.add("t"));
        assertEquals(List.of("t"), after(SECOND));
        assertFalse(timer.isOpen());
    }

    @Test
    void afterKeepsItsTimerIfTheTaskArmsItAgain() {
        AioTimer[] timer = {null};
        timer[0] = ctx.after(SECOND, () -> {
            fired.add("t");
            if (fired.size() < 2) {
                timer[0].arm(SECOND);
            }
        });
        clock.advance(SECOND);
        ctx.poll(false);
        clock.advance(SECOND);
        ctx.poll(false);
        assertEquals(List.of("t", "t"), fired);
        assertFalse(timer[0].isOpen());
    }

    @Test
    void aPeriodicTimerThatThrowsStops() {
        AioTimer timer = ctx.every(SECOND, () -> {
            fired.add("t");
            throw new IllegalStateException("on purpose");
        });
        assertEquals(List.of("t"), after(SECOND));
        assertEquals("on purpose", failures.removeFirst().getMessage());
        assertFalse(timer.isArmed());
        assertTrue(timer.isOpen());
        assertEquals(List.of(), after(SECOND));
        timer.close();
    }

    @Test
    void aSuspendedTimerThatWasDueFiresOnceWhenItIsResumed() {
        AioTimer timer = timer("t");
        timer.arm(SECOND, SECOND);
        timer.suspend();
        assertTrue(timer.isSuspended());
        assertEquals(List.of(), after(SECOND.multipliedBy(3)));
        assertTrue(timer.isArmed());
        assertEquals(Duration.ZERO, timer.remaining());
        timer.resume();
        assertEquals(List.of("t missed 2"), after(Duration.ofNanos(1)));
        assertEquals(SECOND.minusNanos(1), timer.remaining());
        timer.close();
    }

    @Test
    void aSuspendedTimerThatIsNotDueFiresAtItsTime() {
        AioTimer timer = timer("t");
        timer.arm(SECOND);
        timer.suspend();
        timer.resume();
        assertEquals(List.of("t"), after(SECOND));
        timer.close();
    }

    @Test
    void badTimesAreRefusedBeforeAnythingChanges() {
        AioTimer timer = timer("t");
        timer.arm(SECOND);
        assertThrows(IllegalArgumentException.class, () -> timer.arm(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> timer.arm(SECOND, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> timer.arm(SECOND, Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> timer.arm(Duration.ofSeconds(Long.MIN_VALUE), SECOND));
        assertEquals(SECOND, timer.remaining());
        timer.close();
        String message = assertThrows(IllegalStateException.class, () -> timer.arm(SECOND))
                .getMessage();
        assertEquals("timer t is closed", message);
        assertThrows(IllegalStateException.class, () -> timer.armAt(1));
        assertThrows(IllegalStateException.class, timer::remaining);
        assertFalse(timer.isArmed());
        assertThrows(IllegalArgumentException.class, () -> ctx.every(Duration.ZERO, () -> {}));
        assertThrows(IllegalArgumentException.class, () -> ctx.after(Duration.ofNanos(-1), () -> {}));
        assertThrows(IllegalArgumentException.class, () -> TimerOptions.DEFAULT.accuracy(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> TimerOptions.DEFAULT.accuracy(Duration.ofDays(2)));
    }

    @Test
    void aContextThatIsClosedClosesItsTimers() {
        AioContext other = AioContext.open();
        AioTimer timer = other.newTimer("t", (source, missed) -> {});
        timer.arm(SECOND);
        other.close();
        assertFalse(timer.isOpen());
        assertThrows(IllegalStateException.class, () -> timer.arm(SECOND));
        assertThrows(IllegalStateException.class, () -> other.after(SECOND, () -> {}));
    }
}
