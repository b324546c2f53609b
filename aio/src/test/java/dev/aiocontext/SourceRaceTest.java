package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A source is suspended, resumed or closed at a moment that could lose what it is to be called for. */
class SourceRaceTest {
    private static final int ROUNDS = Rounds.of(20_000);

    /** How long the resume comes after the scheduling, at most, in looks at nothing. */
    private static final int LONGEST_PAUSE = 100;

    private static final int SPINS = 10_000;

    static Stream<Arguments> schedulings() {
        Consumer<BottomHalf> schedule = BottomHalf::schedule;
        Consumer<BottomHalf> scheduleIdle = BottomHalf::scheduleIdle;
        return Stream.of(
                Arguments.of(Named.of("schedule", schedule)), Arguments.of(Named.of("scheduleIdle", scheduleIdle)));
    }

    @ParameterizedTest
    @MethodSource("schedulings")
    void aSuspendedBottomHalfIsNotCalled(Consumer<BottomHalf> scheduling) {
        AtomicInteger runs = new AtomicInteger();
        try (AioContext ctx = AioContext.open()) {
            BottomHalf bottomHalf = ctx.newBottomHalf("suspended", runs::incrementAndGet);
            bottomHalf.suspend();
            scheduling.accept(bottomHalf);
            assertThat(ctx.poll(false)).isFalse();
            assertThat(runs).hasValue(0);
        }
    }

    @ParameterizedTest
    @MethodSource("schedulings")
    void whatWasScheduledWhileItWasSuspendedRunsAfterAResume(Consumer<BottomHalf> scheduling) {
        AtomicInteger runs = new AtomicInteger();
        try (AioContext ctx = AioContext.open()) {
            BottomHalf bottomHalf = ctx.newBottomHalf("resumed", runs::incrementAndGet);
            bottomHalf.suspend();
            scheduling.accept(bottomHalf);
            ctx.poll(false);
            bottomHalf.resume();
            ctx.poll(false);
            ctx.poll(false);
            assertThat(runs).hasValue(1);
        }
    }

    @ParameterizedTest
    @MethodSource("schedulings")
    void aResumeMeetsTheLoopThatDropsTheEntry(Consumer<BottomHalf> scheduling) {
        long[] requested = new long[1]; // plain: the callback must see what came before the scheduling
        AtomicLong seen = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        AioContext ctx = AioContext.open();
        BottomHalf bottomHalf = ctx.newBottomHalf("raced for", () -> seen.set(requested[0]));
        Thread home = Thread.ofPlatform().daemon().start(() -> {
            while (!done.get()) {
                ctx.poll(false); // never sleeps, so that only the flags and the marks can lose the scheduling
            }
            ctx.close();
        });
        for (int i = 1; i <= ROUNDS; i++) {
            bottomHalf.suspend();
            requested[0] = i;
            scheduling.accept(bottomHalf);
            for (int pause = i % LONGEST_PAUSE; pause > 0; pause--) {
                Thread.onSpinWait();
            }
            bottomHalf.resume();
            await(seen, i);
        }
        done.set(true);
        Eventually.ends(home);
    }

    private static void await(AtomicLong seen, long expected) {
        for (int spin = 0; spin < SPINS && seen.get() != expected; spin++) {
            Thread.onSpinWait();
        }
        if (seen.get() != expected) {
            Eventually.holds("the callback runs after the resume", () -> seen.get() == expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceIsResumedWhileTheLoopSleeps(MonitorMode monitor) {
        AtomicInteger calls = new AtomicInteger();
        try (EventNotifier notifier = EventNotifier.open()) {
            AioContext ctx = AioContext.builder().monitor(monitor).open();
            FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> {
                notifier.testAndClear();
                calls.incrementAndGet();
            });
            source.suspend();
            try (LoopThread loop = new LoopThread(ctx)) {
                notifier.set();
                loop.awaitBlocked();
                source.resume();
                Eventually.holds("the handler is called", () -> calls.get() == 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatAnotherSuspendedInTheSameWalkIsNotCalled(MonitorMode monitor) {
        AtomicInteger calls = new AtomicInteger();
        try (EventNotifier one = EventNotifier.open();
                EventNotifier other = EventNotifier.open();
                AioContext ctx = AioContext.builder().monitor(monitor).open()) {
            ctx.onReadable(one.fd(), (source, events) -> {
                calls.incrementAndGet();
                ctx.source(other.fd()).orElseThrow().suspend();
            });
            ctx.onReadable(other.fd(), (source, events) -> {
                calls.incrementAndGet();
                ctx.source(one.fd()).orElseThrow().suspend();
            });
            one.set();
            other.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceWhoseHandlerFailsIsSuspended(MonitorMode monitor) {
        AtomicInteger calls = new AtomicInteger();
        AtomicReference<Boolean> suspendedWhenReported = new AtomicReference<>(false);
        try (EventNotifier notifier = EventNotifier.open();
                AioContext ctx = AioContext.builder()
                        .monitor(monitor)
                        .exceptionHandler(
                                (source, failure) -> suspendedWhenReported.set(source != null && source.isSuspended()))
                        .open()) {
            ctx.onReadable(notifier.fd(), (source, events) -> {
                calls.incrementAndGet();
                throw new IllegalStateException("fails before it reads");
            });
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(suspendedWhenReported).hasValue(true);
            assertThat(ctx.poll(false)).isFalse();
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void anEdgeThatCameDuringTheHandlersOwnPollIsToldAgain() {
        AtomicInteger calls = new AtomicInteger();
        try (EventNotifier notifier = EventNotifier.open();
                AioContext ctx = AioContext.builder().monitor(MonitorMode.EPOLL).open()) {
            ctx.watch(notifier.fd(), FdEvents.READ.edgeTriggered(), (source, events) -> {
                notifier.testAndClear();
                if (calls.incrementAndGet() == 1) {
                    notifier.set();
                    ctx.poll(false);
                }
            });
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(false)).isTrue();
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void closedCompletesAfterTheCallbackThatClosedItAndPolled() {
        AtomicBoolean closed = new AtomicBoolean();
        AtomicBoolean closedWithin = new AtomicBoolean();
        AtomicReference<BottomHalf> self = new AtomicReference<>();
        try (AioContext ctx = AioContext.open()) {
            self.set(ctx.newBottomHalf("closes itself", () -> {
                self.get().close();
                ctx.poll(false);
                closedWithin.set(closed.get());
            }));
            self.get().closed().thenRun(() -> closed.set(true));
            self.get().schedule();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(closedWithin).isFalse();
            ctx.poll(false);
            assertThat(closed).isTrue();
        }
    }

    @Test
    void closedCompletesAtTheEndOfTheContext() {
        AtomicBoolean closed = new AtomicBoolean();
        try (AioContext ctx = AioContext.open()) {
            ctx.newBottomHalf("left open", () -> {}).closed().thenRun(() -> closed.set(true));
        }
        assertThat(closed).isTrue();
    }
}
