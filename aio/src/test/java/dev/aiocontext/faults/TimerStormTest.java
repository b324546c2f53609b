package dev.aiocontext.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.ProfilerSignals;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * SIGPROF interrupts the loop's wait a thousand times a second, as a sampling profiler's does. A wait that began anew with its whole
 * time, as Netty's did (issue 14368), would never end.
 */
class TimerStormTest {
    private static final Duration DELAY = Duration.ofMillis(20);

    /** What may come on top of the accuracy: the time to wake. The best of all rounds counts, so that a busy machine does no harm. */
    private static final Duration WAKING = Duration.ofMillis(5);

    private static final int ROUNDS = 20;

    /** Each signal ends a sleep, and without them there is one sleep a round. */
    private static final int SLEEPS = 5 * ROUNDS;

    private final AtomicInteger fired = new AtomicInteger();
    private final AtomicLong deadline = new AtomicLong();

    @ParameterizedTest
    @CsvSource({"POLL, 0", "POLL, 1", "EPOLL, 0", "EPOLL, 1", "EPOLL, 10"})
    void timersFireInTimeInAStormOfSignals(MonitorMode monitor, int accuracyMillis) {
        Duration accuracy = Duration.ofMillis(accuracyMillis);
        AtomicLong earliest = new AtomicLong(Long.MAX_VALUE);
        try (LoopThread loop =
                        new LoopThread(AioContext.builder().monitor(monitor).open());
                AioTimer timer =
                        loop.context.newTimer("t", TimerOptions.DEFAULT.accuracy(accuracy), (source, missed) -> {
                            earliest.accumulateAndGet(System.nanoTime() - deadline.get(), Math::min);
                            fired.incrementAndGet();
                            arm(source);
                        });
                ProfilerSignals signals = new ProfilerSignals(loop.tid())) {
            arm(timer);
            String name = loop.thread.getName();
            long before = KernelThreads.sleeps(name);
            Eventually.holds(
                    "the timer fires " + ROUNDS + " times, and " + signals + " has ended " + SLEEPS + " sleeps",
                    () -> fired.get() >= ROUNDS && KernelThreads.sleeps(name) - before >= SLEEPS);
        }
        assertTrue(earliest.get() >= 0, "never early, but by " + earliest);
        Duration lateness = Duration.ofNanos(earliest.get());
        assertTrue(lateness.compareTo(accuracy.plus(WAKING)) <= 0, "the best of " + fired + " was late by " + lateness);
    }

    private void arm(AioTimer timer) {
        long moment = System.nanoTime() + DELAY.toNanos();
        deadline.set(moment);
        timer.armAt(moment);
    }
}
