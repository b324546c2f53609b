package dev.aiocontext.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signals interrupt the loop's wait a thousand times a second, as those of a sampling profiler do. A wait that began anew with its whole
 * time, as Netty's did (issue 14368), would never end.
 */
class TimerStormTest {
    private static final Duration DELAY = Duration.ofMillis(20);
    private static final int ROUNDS = 20;
    private static final long PACE_NANOS = 1_000_000;

    @ParameterizedTest
    @CsvSource({"POLL, 0", "POLL, 1", "EPOLL, 0", "EPOLL, 1", "EPOLL, 10"})
    void timersFireInAStormOfSignals(MonitorMode monitor, int accuracyMillis) {
        TimerOptions options = TimerOptions.DEFAULT.accuracy(Duration.ofMillis(accuracyMillis));
        AtomicInteger fired = new AtomicInteger();
        AtomicLong early = new AtomicLong();
        AtomicLong deadline = new AtomicLong();
        try (LoopThread loop =
                        new LoopThread(AioContext.builder().monitor(monitor).open());
                AioTimer timer = loop.context.newTimer("t", options, (source, missed) -> {
                    early.accumulateAndGet(deadline.get() - System.nanoTime(), Math::max);
                    if (fired.incrementAndGet() < ROUNDS) {
                        arm(source, deadline);
                    }
                })) {
            arm(timer, deadline);
            int pid = (int) ProcessHandle.current().pid();
            int tid = loop.tid();
            // The handler that HotSpot has for it does nothing unless the JVM suspends the thread.
            Eventually.holds("the timer fires " + ROUNDS + " times", () -> {
                assertEquals(0, Libc.tgkill(pid, tid, linux_h.SIGUSR2()));
                LockSupport.parkNanos(PACE_NANOS);
                return fired.get() == ROUNDS;
            });
        }
        assertEquals(0, early.get(), "never early");
    }

    private static void arm(AioTimer timer, AtomicLong deadline) {
        long moment = System.nanoTime() + DELAY.toNanos();
        deadline.set(moment);
        timer.armAt(moment);
    }
}
