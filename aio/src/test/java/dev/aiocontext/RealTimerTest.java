package dev.aiocontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.aiocontext.testkit.LoopThread;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers by the clock of the machine. */
@Timeout(60)
class RealTimerTest {
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
}
