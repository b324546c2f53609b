package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The relay in THREAD mode, in this JVM; {@link RelayInChildJvmTest} has what could end it, {@link DeferredRelayTest} DEFERRED. */
@Tag("architecture")
class RelayTest {
    private static AioContext withRelay() {
        return AioContext.builder().relay(RelayMode.THREAD).open();
    }

    private static long relayThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("aiocontext-sigio-relay"))
                .count();
    }

    @Test
    void autoIsThreadOnAarch64AndOffElsewhere() {
        try (AioContext ctx = AioContext.builder().relay(RelayMode.AUTO).open()) {
            assertThat(ctx.relayMode())
                    .isEqualTo(Platform.current() == Platform.AARCH64 ? RelayMode.THREAD : RelayMode.OFF);
        }
    }

    @Test
    void wakeupsOfABlockedLoopComeTwiceAndTheSecondIsAnEcho() {
        try (LoopThread loop = new LoopThread(withRelay())) {
            AtomicInteger ran = new AtomicInteger();
            for (int i = 1; i <= 50; i++) {
                int round = i;
                loop.awaitBlocked();
                loop.context.execute(ran::incrementAndGet);
                Eventually.holds("the task runs", () -> ran.get() == round);
            }
            Eventually.holds(
                    "echoes arrive", () -> loop.context.statistics().relay().echoes() > 0);
            assertThat(loop.context.statistics().relay().rescues()).isZero();
            assertThat(loop.context.relayMode()).isEqualTo(RelayMode.THREAD);
        }
    }

    @Test
    void withALossyDoorbellTheRelayRescuesTheLoop() {
        int rounds = 1_000;
        AtomicLong ran = new AtomicLong();
        AioContext ctx = new LossyDoorbell(0.5).open(AioContext.builder().relay(RelayMode.THREAD));
        try (LoopThread loop = new LoopThread(ctx)) {
            for (int i = 1; i <= rounds; i++) {
                int round = i;
                loop.context.execute(ran::incrementAndGet);
                Eventually.holds("task " + i + " runs", () -> ran.get() == round);
            }
            AioStatistics statistics = ctx.statistics();
            assertThat(statistics.relay().rescues()).isPositive();
            assertThat(statistics.relay().relayed())
                    .isEqualTo(statistics.relay().echoes() + statistics.relay().rescues());
        }
    }

    @Test
    void withALossyDoorbellAndNoRelayTheLoopHangs() {
        int rounds = 1_000;
        int hangs = 0;
        AtomicLong ran = new AtomicLong();
        LossyDoorbell doorbell = new LossyDoorbell(0.5);
        try (LoopThread loop = new LoopThread(doorbell.open(AioContext.builder().relay(RelayMode.OFF)))) {
            for (int i = 1; i <= rounds && hangs < 3; i++) {
                int round = i;
                loop.awaitBlocked();
                loop.context.execute(ran::incrementAndGet);
                if (hangs(loop, () -> ran.get() == round)) {
                    hangs++;
                    doorbell.ringReally();
                }
                Eventually.holds("task " + i + " runs", () -> ran.get() == round);
            }
            loop.context.stop();
            doorbell.ringReally(); // that stop may be lost too
            Eventually.ends(loop.thread);
            assertThat(hangs).isEqualTo(3);
            assertThat(loop.context.statistics().relay().rescues()).isZero();
        }
    }

    /** Whether the loop sleeps although it has been asked: nobody rings again for it, so it does so for good. */
    private static boolean hangs(LoopThread loop, BooleanSupplier ran) {
        for (int looks = 0; looks < 100; looks++) {
            if (ran.getAsBoolean()) {
                return false;
            }
            loop.awaitBlocked();
        }
        return !ran.getAsBoolean();
    }

    @Test
    void oneThreadServesAllContextsAndGoesWithTheLast() {
        try (AioContext first = withRelay()) {
            try (AioContext second = withRelay()) {
                assertThat(relayThreads()).isEqualTo(1);
                assertThat(first.relayMode()).isEqualTo(second.relayMode());
            }
            assertThat(relayThreads()).isEqualTo(1);
        }
        assertThat(relayThreads()).isZero();
        try (AioContext again = withRelay()) {
            assertThat(relayThreads()).isEqualTo(1);
            assertThat(again.relayMode()).isEqualTo(RelayMode.THREAD);
        }
        assertThat(relayThreads()).isZero();
    }

    @Test
    void severalContextsAreRelayedToAtOnce() {
        AioContext first = new LossyDoorbell(1).open(AioContext.builder().relay(RelayMode.THREAD));
        AioContext second = new LossyDoorbell(1).open(AioContext.builder().relay(RelayMode.THREAD));
        AtomicLong ran = new AtomicLong();
        try (LoopThread one = new LoopThread(first);
                LoopThread two = new LoopThread(second)) {
            for (int i = 1; i <= 500; i++) {
                int round = i;
                one.context.execute(ran::incrementAndGet);
                two.context.execute(ran::incrementAndGet);
                Eventually.holds("both run", () -> ran.get() == 2L * round);
            }
        }
    }

    @Test
    void sigioFromOutsideReachesAHandlerOnTheLoopAndIsDroppedWithoutOne() {
        try (LoopThread loop = new LoopThread(withRelay())) {
            AtomicInteger signals = new AtomicInteger();
            Source source = SigioSource.on(loop.context, signal -> {
                assertThat(signal).isEqualTo(Signals.SIGIO);
                assertThat(loop.context.isHomeThread()).isTrue();
                signals.incrementAndGet();
            });
            signalRelayThread();
            Eventually.holds("the handler is called", () -> signals.get() > 0);
            source.close();
            loop.awaitBlocked();
            int before = signals.get();
            long echoes = loop.context.statistics().relay().echoes();
            signalRelayThread();
            loop.context.execute(() -> {});
            Eventually.holds(
                    "the relay has served both",
                    () -> loop.context.statistics().relay().echoes() > echoes);
            loop.awaitBlocked();
            assertThat(signals.get()).isEqualTo(before);
            assertThat(loop.context.statistics().relay().rescues()).isZero();
        }
    }

    @Test
    void sigioReachesTheHandlerOfALoopThatNeverSleeps() {
        try (LoopThread loop = new LoopThread(withRelay())) {
            AtomicBoolean isBusy = new AtomicBoolean(true);
            AtomicInteger runs = new AtomicInteger();
            AtomicInteger signals = new AtomicInteger();
            SigioSource.on(loop.context, signal -> signals.incrementAndGet());
            loop.context.execute(new Runnable() {
                @Override
                public void run() {
                    runs.incrementAndGet();
                    if (isBusy.get()) {
                        loop.context.execute(this);
                    }
                }
            });
            Eventually.holds("the loop has done with its last sleep", () -> runs.get() > 1);
            int before = signals.get(); // the echo of the task's wake-up is a signal as well
            signalRelayThread();
            Eventually.holds("the handler is called", () -> signals.get() > before);
            isBusy.set(false);
        }
    }

    @Test
    void aSigioHandlerMayPoll() {
        try (LoopThread loop = new LoopThread(withRelay())) {
            AtomicInteger signals = new AtomicInteger();
            SigioSource.on(loop.context, signal -> {
                loop.context.poll(false);
                signals.incrementAndGet();
            });
            for (int i = 1; i <= 100; i++) {
                int round = i;
                signalRelayThread();
                Eventually.holds("the handler is called", () -> signals.get() >= round);
            }
        }
    }

    /** The other context is served after the first, so the first has its record when the other's handler is called. */
    @Test
    void aNestedPollCallsTheSigioHandlerForWhatTheOuterOneHasRead() {
        try (LoopThread loop = new LoopThread(withRelay());
                LoopThread other = new LoopThread(withRelay())) {
            AtomicInteger signals = new AtomicInteger();
            AtomicInteger served = new AtomicInteger();
            AtomicBoolean isHandedOver = new AtomicBoolean();
            AtomicBoolean isSeen = new AtomicBoolean();
            SigioSource.on(loop.context, signal -> signals.incrementAndGet());
            SigioSource.on(other.context, signal -> served.incrementAndGet());
            loop.context.execute(() -> {
                loop.context.execute(() -> {
                    int before = signals.get();
                    while (signals.get() == before) {
                        loop.context.poll(true);
                    }
                    isSeen.set(true);
                });
                Eventually.holds("the relay has been asked for the echo", isHandedOver::get);
                signalRelayThread();
                Eventually.holds("the record is there", () -> served.get() > 0);
            });
            isHandedOver.set(true);
            Eventually.holds("the nested poll saw it", isSeen::get);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"THREAD", "DEFERRED"})
    void theLastNotifiersThreadIsNotKeptAliveByTheContextItRang(RelayMode relay) throws InterruptedException {
        try (LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open())) {
            WeakReference<Thread> notifier = ringFromAThreadThatEnds(loop);
            Eventually.holds("it is collected", () -> {
                System.gc();
                return notifier.refersTo(null);
            });
        }
    }

    private static WeakReference<Thread> ringFromAThreadThatEnds(LoopThread loop) throws InterruptedException {
        loop.awaitBlocked();
        Thread notifier = Thread.ofPlatform().start(loop.context::wakeup);
        notifier.join();
        assertThat(loop.context.statistics().wakeups().rung()).isPositive();
        return new WeakReference<>(notifier);
    }

    private static void signalRelayThread() {
        int tid = KernelThreads.tid("aiocontext-sigi"); // the kernel keeps 15 characters
        assertThat(Libc.tgkill((int) ProcessHandle.current().pid(), tid, Signals.SIGIO))
                .isZero();
    }

    @Test
    void processModeIsRefusedInAJvmThatLeavesSigioUnblockedNamingItsThreads() {
        assertThatThrownBy(() -> AioContext.builder().relay(RelayMode.PROCESS).open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(" (tid " + ProcessHandle.current().pid() + ")")
                .hasMessageContaining("env --block-signal=SIGIO java")
                .hasMessageContaining("SignalLauncher");
        assertThat(relayThreads()).isZero();
    }
}
