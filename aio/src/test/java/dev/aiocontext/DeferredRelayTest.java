package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The relay in DEFERRED mode. */
@Tag("architecture")
class DeferredRelayTest {
    private static final String RELAY_THREAD = "aiocontext-sigi"; // the kernel keeps 15 characters

    private static AioContext.Builder deferred() {
        return AioContext.builder().relay(RelayMode.DEFERRED).polling(Duration.ZERO);
    }

    /** A loop whose relay thread is told of each signal: with other loops, it counts what they send. */
    private static LoopThread counting(AtomicInteger signals) {
        LoopThread counter = new LoopThread(deferred().open());
        SigioSource.on(counter.context, signal -> signals.incrementAndGet());
        return counter;
    }

    private static void wake(LoopThread loop, int times) {
        AtomicLong ran = new AtomicLong();
        for (int i = 1; i <= times; i++) {
            int round = i;
            loop.context.execute(ran::incrementAndGet);
            Eventually.holds("task " + i + " runs", () -> ran.get() == round);
        }
    }

    /** Waits until the relay thread sleeps, and wakes no more by itself. */
    private static void awaitParked() {
        new Object() {
            private long sleeps = -1;
            private int looks;

            private boolean sleepsOn() {
                long now = KernelThreads.sleeps(RELAY_THREAD);
                looks = now == sleeps && KernelThreads.isSleeping(RELAY_THREAD) ? looks + 1 : 0;
                sleeps = now;
                return looks == 100;
            }

            void await() {
                Eventually.holds("the relay thread sleeps without a limit", this::sleepsOn);
            }
        }.await();
    }

    @Test
    void withALossyDoorbellTheRelayRescuesTheLoop() {
        try (LoopThread loop = new LoopThread(new LossyDoorbell(0.5).open(deferred()))) {
            wake(loop, 200);
            AioStatistics statistics = loop.context.statistics();
            assertThat(loop.context.relayMode()).isEqualTo(RelayMode.DEFERRED);
            assertThat(statistics.relay().rescues()).isPositive();
            assertThat(statistics.relay().relayed())
                    .isEqualTo(statistics.relay().echoes() + statistics.relay().rescues());
        }
    }

    @Test
    void aRelayThreadThatSleepsIsWokenByTheNextRing() {
        AtomicInteger signals = new AtomicInteger();
        try (LoopThread counter = counting(signals);
                LoopThread loop = new LoopThread(new LossyDoorbell(1).open(deferred()))) {
            for (int i = 1; i <= 3; i++) {
                awaitParked();
                loop.awaitBlocked();
                int before = signals.get();
                wake(loop, 1);
                Eventually.holds("a signal was sent", () -> signals.get() > before);
            }
            assertThat(loop.context.statistics().relay().rescues()).isEqualTo(3);
            assertThat(counter.context.statistics().relay().rescues()).isZero();
        }
    }

    @Test
    void ringsThatAreHeardAreNotSignalled() {
        int rounds = 1_000;
        AtomicInteger signals = new AtomicInteger();
        try (LoopThread counter = counting(signals);
                LoopThread loop = new LoopThread(deferred().open())) {
            awaitParked();
            loop.awaitBlocked();
            wake(loop, rounds);
            assertThat(loop.context.statistics().wakeups().rung()).isGreaterThan(rounds / 2);
            assertThat(loop.context.statistics().relay().rescues()).isZero();
            counter.awaitBlocked();
            // The first is, and those that come when the relay thread has slept off, on a machine that is held up.
            assertThat(signals).hasPositiveValue().hasValueLessThan(rounds / 4);
        }
    }

    @Test
    void theSignalsOfOtherModesDoNotPutALookOffForEver() throws Exception {
        AtomicInteger done = new AtomicInteger();
        try (LoopThread noisy = new LoopThread(AioContext.builder()
                        .relay(RelayMode.THREAD)
                        .polling(Duration.ZERO)
                        .open());
                LoopThread loop = new LoopThread(new LossyDoorbell(1).open(deferred()))) {
            FutureTask<?> noise = new FutureTask<>(() -> {
                while (done.get() == 0) {
                    wake(noisy, 1);
                }
                return null;
            });
            Thread.ofPlatform().start(noise);
            try {
                wake(loop, 50);
            } finally {
                done.incrementAndGet();
                noise.get();
            }
            assertThat(loop.context.statistics().relay().rescues()).isPositive();
            assertThat(noisy.context.statistics().relay().rescues()).isZero();
        }
    }

    @Test
    void severalContextsAreRelayedToAtOnceEachInItsMode() {
        AtomicLong ran = new AtomicLong();
        try (LoopThread one = new LoopThread(new LossyDoorbell(1).open(deferred()));
                LoopThread two = new LoopThread(new LossyDoorbell(1).open(deferred()));
                LoopThread three =
                        new LoopThread(new LossyDoorbell(1).open(deferred().relay(RelayMode.THREAD)))) {
            for (int i = 1; i <= 100; i++) {
                int round = i;
                one.context.execute(ran::incrementAndGet);
                two.context.execute(ran::incrementAndGet);
                three.context.execute(ran::incrementAndGet);
                Eventually.holds("all run", () -> ran.get() == 3L * round);
            }
        }
    }
}
