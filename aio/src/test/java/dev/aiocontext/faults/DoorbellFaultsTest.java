package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.FaultyDoorbell;
import dev.aiocontext.testkit.FaultyDoorbell.Fault;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Doorbells that ring late, twice, for nothing or not at all. */
class DoorbellFaultsTest {
    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(RelayMode.OFF, EnumSet.of(Fault.LATE)),
                Arguments.of(RelayMode.OFF, EnumSet.of(Fault.TWICE)),
                Arguments.of(RelayMode.OFF, EnumSet.of(Fault.SPURIOUS)),
                Arguments.of(RelayMode.OFF, EnumSet.complementOf(EnumSet.of(Fault.LOST))),
                Arguments.of(RelayMode.THREAD, EnumSet.of(Fault.LATE)),
                Arguments.of(RelayMode.THREAD, EnumSet.of(Fault.LOST)),
                Arguments.of(RelayMode.THREAD, EnumSet.allOf(Fault.class)),
                Arguments.of(RelayMode.DEFERRED, EnumSet.of(Fault.LATE)),
                Arguments.of(RelayMode.DEFERRED, EnumSet.of(Fault.LOST)),
                // Spurious rings come so often that they leave it nothing to rescue.
                Arguments.of(RelayMode.DEFERRED, EnumSet.complementOf(EnumSet.of(Fault.SPURIOUS))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nothingIsLostAndTheLoopSleepsAgainAfterwards(RelayMode relay, Set<Fault> faults) {
        FaultyDoorbell doorbell = new FaultyDoorbell(faults);
        try (LoopThread loop = new LoopThread(doorbell.open(AioContext.builder().relay(relay)))) {
            List<Thread> notifiers = new ArrayList<>();
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < 2; i++) {
                notifiers.add(Thread.ofPlatform().start(() -> {
                    Rounds.pingPong(loop, Rounds.of(2_000));
                    done.incrementAndGet();
                }));
            }
            Rounds.join(notifiers);
            assertThat(done).as("notifiers whose wake-ups all arrived").hasValue(2);
            doorbell.heal();
            loop.awaitBlocked();
            AioStatistics statistics = loop.context.statistics();
            if (faults.contains(Fault.LOST)) {
                assertThat(statistics.relay().rescues()).isPositive();
            } else if (faults.contains(Fault.SPURIOUS)) {
                assertThat(statistics.relay().rescues()).isZero();
            }
            Rounds.pingPong(loop, 10);
        }
    }

    @Test
    void aDoorbellThatThrowsFailsItsCallerAndHoldsUpNobodyElse() {
        AtomicBoolean broken = new AtomicBoolean();
        AtomicInteger ran = new AtomicInteger();
        AioContext context = Doorbell.withFault(
                real -> arming -> {
                    if (broken.get()) {
                        throw new OutOfMemoryError("broken");
                    }
                    real.ring(arming);
                },
                () -> AioContext.builder().relay(RelayMode.OFF).open());
        try (LoopThread loop = new LoopThread(context)) {
            BottomHalf bottomHalf = context.newBottomHalf("of a broken bell", ran::incrementAndGet);
            for (int round = 1; round <= 10; round++) {
                loop.awaitBlocked();
                broken.set(true);
                assertThatThrownBy(() -> context.execute(ran::incrementAndGet)).hasMessage("broken");
                assertThatThrownBy(bottomHalf::schedule).hasMessage("broken");
                assertThatThrownBy(bottomHalf::schedule)
                        .as("nothing was rung yet")
                        .hasMessage("broken");
                broken.set(false);
                bottomHalf.schedule();
                int expected = 2 * round;
                Eventually.holds("the task and the bottom half run", () -> ran.get() == expected);
            }
            bottomHalf.close();
        }
        assertThat(ran).hasValue(20);
    }

    @Test
    void aThreadWhoseWaitForADescriptorCannotBeAnnouncedWaitsForItNoMore() {
        AtomicBoolean broken = new AtomicBoolean();
        AioContext context = Doorbell.withFault(
                real -> arming -> {
                    if (broken.get()) {
                        throw new OutOfMemoryError("broken");
                    }
                    real.ring(arming);
                },
                () -> AioContext.builder().relay(RelayMode.OFF).open());
        try (EventNotifier notifier = EventNotifier.open();
                LoopThread loop = new LoopThread(context)) {
            loop.awaitBlocked();
            broken.set(true);
            assertThatThrownBy(() -> context.awaitReady(notifier.fd(), FdEvents.READ))
                    .hasMessage("broken");
            broken.set(false);
            Rounds.pingPong(loop, 1); // the loop has seen what was pushed
            context.onReadable(notifier.fd(), (source, events) -> {}).close();
        }
    }

    @Test
    void aRingThatComesAfterTheContextIsClosedWritesToNoStrangersDescriptor() {
        for (int round = 0; round < Rounds.of(200); round++) {
            Queue<Runnable> held = new ConcurrentLinkedQueue<>();
            AioContext context = Doorbell.withFault(
                    real -> arming -> {
                        held.add(() -> real.ring(arming));
                        real.ring(arming);
                    },
                    () -> AioContext.builder().relay(RelayMode.OFF).open());
            try (LoopThread loop = new LoopThread(context)) {
                loop.awaitBlocked();
                Rounds.pingPong(loop, 1);
            }
            assertThat(held).isNotEmpty();
            try (EventNotifier heir = EventNotifier.open();
                    EventNotifier another = EventNotifier.open()) {
                held.forEach(Runnable::run);
                assertThat(heir.testAndClear()).isFalse();
                assertThat(another.testAndClear()).isFalse();
            }
        }
    }
}
