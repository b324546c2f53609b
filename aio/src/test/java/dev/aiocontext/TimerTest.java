package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.aiocontext.testkit.LoopThread;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers by a clock that the test drives, so that each test says exactly what fires when. */
@Timeout(60)
class TimerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualClock clock = new VirtualClock();
    private final List<String> fired = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private AioContext ctx;

    @BeforeEach
    void open() {
        ctx = AioContext.builder()
                .clock(clock)
                .exceptionHandler((source, failure) -> failures.add(failure))
                .open();
    }

    @AfterEach
    void close() {
        ctx.close();
        assertEquals(List.of(), failures);
    }

    private AioTimer timer(String name) {
        return ctx.newTimer(name, (timer, missed) -> fired.add(missed == 0 ? name : name + " missed " + missed));
    }

    private List<String> after(Duration step) {
        fired.clear();
        clock.advance(step);
        while (ctx.poll(false)) {}
        return List.copyOf(fired);
    }

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
    void manyTimersThatAreDueAtOnceDoNotKeepATaskWaiting() {
        int many = 100_000;
        List<AioTimer> timers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            AioTimer timer = timer("t");
            timer.arm(SECOND);
            timers.add(timer);
        }
        clock.advance(SECOND);
        ctx.poll(false);
        int first = fired.size();
        assertTrue(first <= 1024, "fired " + first);
        boolean[] ran = {false};
        ctx.execute(() -> ran[0] = true);
        ctx.poll(true); // does not wait, because timers are due
        assertTrue(ran[0]);
        assertTrue(fired.size() <= 2048, "fired " + fired.size());
        while (fired.size() < many) {
            ctx.poll(true);
        }
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
    void armingMovingDisarmingAndFiringAllocateNothing() {
        try (AioContext real = AioContext.open()) {
            int[] calls = {0};
            List<AioTimer> timers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                timers.add(real.newTimer("t", (source, missed) -> calls[0]++));
            }
            real.poll(false); // this is the home thread now
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            keepArming(real, timers, 100_000);
            long before = threads.getCurrentThreadAllocatedBytes();
            keepArming(real, timers, 50_000);
            // Of 100,000 armings: 1 byte each would be a mistake, a slot of the wheel that was never used before is
            // not.
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 50_000, "allocated " + allocated);
            assertTrue(calls[0] > 0);
            timers.forEach(AioTimer::close);
        }
    }

    private static void keepArming(AioContext real, List<AioTimer> timers, int rounds) {
        for (int i = 0; i < rounds; i++) {
            AioTimer timer = timers.get(i % timers.size());
            timer.armAt(real.now() + 5_000);
            timer.armAt(real.now() + 10_000);
            if (i % 3 == 0) {
                timer.disarm();
            }
            real.poll(false);
        }
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

    @Test
    void anotherThreadArmsForEarlierThanTheLoopSleepsFor() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            AioContext real = loop.context;
            CompletableFuture<String> done = new CompletableFuture<>();
            AioTimer later = real.newTimer("later", (timer, missed) -> done.complete("later"));
            later.arm(Duration.ofHours(1));
            AioTimer sooner = real.newTimer("sooner", (timer, missed) -> done.complete("sooner"));
            sooner.arm(Duration.ofMillis(1));
            assertEquals("sooner", done.get());
            later.arm(Duration.ofMillis(1));
            later.close();
            sooner.close();
        }
    }

    @Test
    void aRealTimerIsNeverEarlyWhateverItsAccuracy() {
        try (AioContext real = AioContext.open()) {
            long[] early = {0};
            int[] count = {0};
            for (Duration accuracy : List.of(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(20))) {
                for (int i = 0; i < 50; i++) {
                    long delay = i * 200_000L;
                    long deadline = System.nanoTime() + delay;
                    AioTimer timer =
                            real.newTimer("t" + i, TimerOptions.DEFAULT.accuracy(accuracy), (source, missed) -> {
                                early[0] = Math.max(early[0], deadline - System.nanoTime());
                                count[0]++;
                                source.close();
                            });
                    timer.armAt(deadline);
                }
            }
            while (count[0] < 150) {
                real.poll(true);
            }
            assertEquals(0, early[0]);
        }
    }

    @Test
    void theBeginningOfTimeIsPastByTheRealClockToo() {
        try (AioContext real = AioContext.open()) {
            boolean[] past = {false};
            AioTimer timer = real.newTimer("t", (source, missed) -> past[0] = true);
            timer.armAt(Long.MIN_VALUE);
            assertEquals(Duration.ZERO, timer.remaining());
            while (!past[0]) {
                real.poll(true);
            }
            timer.close();
        }
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

    private static void close(AioTimer... timers) {
        for (AioTimer timer : timers) {
            timer.close();
        }
    }
}
