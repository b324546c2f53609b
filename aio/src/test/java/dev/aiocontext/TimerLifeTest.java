package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.aiocontext.testkit.Eventually;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers are sources, with the life of sources. */
class TimerLifeTest extends TimersByVirtualClock {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TIMERS = 1000;

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
    void afterLeavesItsTimerOpenForTheTaskThatPolls() {
        AioTimer[] self = {null};
        self[0] = ctx.after(SECOND, () -> {
            fired.add("t");
            if (clock.nanos() == SECOND.toNanos() && fired.size() == 1) {
                self[0].armAt(0);
                assertTrue(ctx.poll(false), "the same task again, within this call of it");
                self[0].arm(SECOND);
            }
        });
        assertEquals(List.of("t", "t"), after(SECOND));
        assertTrue(self[0].isOpen());
        assertEquals(List.of("t"), after(SECOND));
        assertFalse(self[0].isOpen());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatManyClosedTimersHoldIsLetGoBeforeTheirTime(boolean elsewhere) throws InterruptedException {
        ctx.poll(false); // this is the home thread now
        List<WeakReference<Object>> held = new ArrayList<>();
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < 5 * TIMERS; i++) {
            Object load = new Object();
            held.add(new WeakReference<>(load));
            timers.add(ctx.after(Duration.ofHours(1).plusMillis(i), () -> fired.add(load.toString())));
        }
        Runnable closing = () -> {
            timers.forEach(AioTimer::close);
            timers.clear();
        };
        if (elsewhere) {
            Thread.ofPlatform().start(closing).join();
        } else {
            closing.run();
        }
        Eventually.holds("it is let go", () -> {
            ctx.poll(false);
            System.gc();
            long left = held.stream().filter(load -> load.get() != null).count();
            return left <= 2; // the wheel remembers the timer that was to wake the loop
        });
    }

    @Test
    void aCallbackThatClosesManyTimersThatAreDueDoesNotKeepTheLoopAwake() {
        try (EmbeddedLoop inner = ctx.embed()) {
            inner.dispatch(); // this is the home thread now
            List<AioTimer> timers = new ArrayList<>();
            AioTimer first = ctx.after(SECOND, () -> timers.forEach(AioTimer::close));
            for (int i = 0; i < 2 * TIMERS; i++) {
                timers.add(ctx.after(SECOND, () -> fired.add("t")));
            }
            clock.advance(SECOND);
            for (int i = 0; first.isOpen() || i < 100; i++) {
                inner.dispatch();
            }
            assertEquals(-1, inner.prepare(), "it may wait for ever");
            assertEquals(List.of(), fired);
        }
    }

    @Test
    void afterAndEveryKeepTimeAsTheyAreTold() {
        TimerOptions byDay = TimerOptions.EXACT.clock(TimerClock.WALL);
        AioTimer once = ctx.after(SECOND, byDay, () -> fired.add("once"));
        AioTimer coarse =
                ctx.every(SECOND, TimerOptions.DEFAULT.accuracy(Duration.ofSeconds(1)), () -> fired.add("coarse"));
        once.armAt(TimeUnit.MILLISECONDS.toNanos(clock.instant().plus(SECOND).toEpochMilli()));
        assertEquals(List.of("coarse", "once"), after(SECOND).stream().sorted().toList());
        assertFalse(once.isOpen());
        coarse.close();
    }

    @Test
    void theNameOfAnUnattendedTimerIsMadeWhenSomebodyAsks() {
        Task task = () -> {};
        assertEquals("after PT30S", ctx.after(Duration.ofSeconds(30), task).name());
        assertEquals("every PT1M", ctx.every(Duration.ofMinutes(1), task).name());
        allocatedByAfter(task); // classes are loaded now
        allocatedByTimers();
        long beyond = allocatedByAfter(task) - allocatedByTimers();
        assertTrue(beyond < 64 * TIMERS, "allocated beyond a timer: " + beyond);
    }

    private long allocatedByAfter(Task task) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMERS; i++) {
            ctx.after(SECOND, task);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private long allocatedByTimers() {
        TimerHandler handler = (timer, missed) -> {};
        AioTimer[] made = new AioTimer[TIMERS];
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMERS; i++) {
            made[i] = ctx.newTimer("t", handler);
            made[i].arm(SECOND);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        close(made);
        return allocated;
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
