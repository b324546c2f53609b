package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source of a descriptor: its interest, suspending it, and another one in its place. */
final class FdSourceTest {
    private final RealDescriptors files = new RealDescriptors();
    private final List<FdEvents> told = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    private static AioContext open(MonitorMode monitor) {
        return AioContext.builder().monitor(monitor).open();
    }

    private void note(FdSource source, FdEvents events) {
        assertThat(events.isEmpty()).isFalse();
        told.add(events);
    }

    /** Polls away what the making of sources has left behind. */
    private static void settle(AioContext context) {
        boolean progress = true;
        while (progress) {
            progress = context.poll(false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterestChangesInPlace(MonitorMode monitor) {
        int[] pair = files.socketPair();
        files.write(pair[1]);
        try (AioContext context = open(monitor);
                FdSource source = context.watch("pair", pair[0], FdEvents.READ, this::note)) {
            context.poll(true);
            source.interest(FdEvents.WRITE);
            context.poll(false);
            source.interest(FdEvents.READ.and(FdEvents.WRITE));
            context.poll(false);
            source.interest(FdEvents.NONE);
            assertThat(context.poll(false)).isFalse();
            source.interest(FdEvents.READ);
            context.poll(false);

            assertThat(told)
                    .containsExactly(FdEvents.READ, FdEvents.WRITE, FdEvents.READ.and(FdEvents.WRITE), FdEvents.READ);
            assertThat(source.interest()).isSameAs(FdEvents.READ);
            assertThat(source).hasToString("pair (fd " + pair[0] + ")");
            assertThat(source.name()).isEqualTo("pair");
            assertThat(source.fd()).isEqualTo(pair[0]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noInterestStillHearsAHangUpAndAnError(MonitorMode monitor) {
        int[] hungUp = files.pipe();
        int[] broken = files.pipe();
        try (AioContext context = open(monitor)) {
            FdSource reader = context.watch(hungUp[0], FdEvents.NONE, this::note);
            FdSource writer = context.watch(broken[1], FdEvents.NONE, this::note);
            context.poll(false);
            assertThat(told).isEmpty();
            files.close(hungUp[1]);
            settleUntilTold(context);
            reader.close();
            files.close(broken[0]);
            while (told.size() < 2) {
                context.poll(true);
            }
            writer.close();

            assertThat(told).containsExactly(FdEvents.HANG_UP, FdEvents.ERROR);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatShutsDownWritingIsReadHungUp(MonitorMode monitor) {
        int[] pair = files.socketPair();
        try (AioContext context = open(monitor);
                FdSource source = context.watch(pair[0], FdEvents.READ_HUP, this::note)) {
            files.write(pair[1]);
            assertThat(context.poll(false)).isFalse();
            files.shutDownWriting(pair[1]);
            context.poll(false);

            assertThat(told).containsExactly(FdEvents.READ_HUP);
            assertThat(source.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSuspendedHangUpDoesNotSpinAndIsToldAfterResume(MonitorMode monitor) {
        int[] pipe = files.pipe();
        try (AioContext context = open(monitor);
                FdSource source = context.watch(pipe[0], FdEvents.READ, this::note)) {
            files.close(pipe[1]);
            source.suspend();
            source.suspend();
            assertThat(source.isSuspended()).isTrue();
            assertThat(context.poll(false)).isFalse();
            long polls = context.statistics().polls();
            try (BottomHalf idle = context.newBottomHalf("idle", () -> {})) {
                idle.scheduleIdle();
                context.poll(true);
            }
            assertThat(context.statistics().polls()).isEqualTo(polls + 1);
            assertThat(told).isEmpty();
            source.resume();
            assertThat(source.isSuspended()).isFalse();
            assertThat(context.poll(false)).isTrue();
            assertThat(told).containsExactly(FdEvents.HANG_UP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadResumesASourceOfABlockedLoop(MonitorMode monitor) {
        int readable = files.readable();
        AtomicInteger calls = new AtomicInteger();
        try (LoopThread loop = new LoopThread(open(monitor))) {
            FdSource source = loop.context.onReadable(readable, (self, events) -> {
                calls.incrementAndGet();
                self.suspend();
            });
            for (int round = 1; round <= 20; round++) {
                int expected = round;
                Eventually.holds("round " + round, () -> calls.get() == expected && source.isSuspended());
                loop.awaitBlocked();
                source.resume();
            }
            Eventually.holds("the last", () -> calls.get() == 21);
            source.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void resumingAClosedNumberIsEbadfAndChangesNothing(MonitorMode monitor) {
        int[] pipe = files.pipe();
        try (AioContext context = open(monitor);
                FdSource source = context.onReadable(pipe[0], this::note)) {
            source.suspend();
            files.close(pipe[0]);

            assertThatThrownBy(source::resume)
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> assertThat(e.errnoName()).isEqualTo("EBADF"));
            assertThat(source.isSuspended()).isTrue();
            assertThat(source.isOpen()).isTrue();
            assertThat(context.poll(false)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterestThatIsSetWhileSuspendedCountsAfterResume(MonitorMode monitor) {
        int[] pair = files.socketPair();
        files.write(pair[1]);
        try (AioContext context = open(monitor);
                FdSource source = context.onReadable(pair[0], this::note)) {
            source.suspend();
            source.interest(FdEvents.WRITE);
            assertThat(context.poll(false)).isFalse();
            source.resume();
            context.poll(false);

            assertThat(told).containsExactly(FdEvents.WRITE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplacedSourceIsClosed(MonitorMode monitor) {
        int readable = files.readable();
        AtomicInteger old = new AtomicInteger();
        try (AioContext context = open(monitor)) {
            FdSource first = context.onReadable(readable, (self, events) -> old.incrementAndGet());
            first.suspend();
            FdSource second = context.watch("second", readable, FdEvents.READ, this::note);

            assertThat(first.isOpen()).isFalse();
            assertThat(first.isSuspended()).isFalse();
            assertThat(context.source(readable)).containsSame(second);
            assertThat(first.closed().toCompletableFuture()).isNotDone();
            first.close();
            context.poll(false);
            assertThat(first.closed().toCompletableFuture()).isCompleted();
            assertThat(told).containsExactly(FdEvents.READ);
            assertThat(old).hasValue(0);
            assertThat(second.isOpen()).isTrue();
            second.close();
            assertThat(context.source(readable)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerReplacesItself(MonitorMode monitor) {
        int readable = files.readable();
        try (AioContext context = open(monitor)) {
            AtomicReference<FdSource> next = new AtomicReference<>();
            AtomicInteger first = new AtomicInteger();
            FdSource source = context.onReadable(readable, (self, events) -> {
                first.incrementAndGet();
                next.set(context.onReadable(readable, this::note));
                assertThat(self.isOpen()).isFalse();
            });
            settleUntilTold(context);

            assertThat(first).hasValue(1);
            assertThat(source.closed().toCompletableFuture()).isCompleted();
            next.get().close();
        }
    }

    private void settleUntilTold(AioContext context) {
        while (told.isEmpty()) {
            context.poll(true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerClosesOrSuspendsItself(MonitorMode monitor) {
        int closing = files.readable();
        int suspending = files.readable();
        AtomicInteger calls = new AtomicInteger();
        try (AioContext context = open(monitor)) {
            context.onReadable(closing, (self, events) -> {
                calls.incrementAndGet();
                self.close();
            });
            FdSource suspended = context.onReadable(suspending, (self, events) -> {
                calls.incrementAndGet();
                self.suspend();
            });
            settle(context);

            assertThat(calls).hasValue(2);
            assertThat(context.source(closing)).isEmpty();
            assertThat(suspended.isSuspended()).isTrue();
            suspended.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void noNumberThatIsNotWatchedHasASource(MonitorMode monitor) {
        try (AioContext context = open(monitor)) {
            assertThat(context.source(-1)).isEmpty();
            assertThat(context.source(Integer.MAX_VALUE)).isEmpty();
            assertThat(context.source(0)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aContextThatIsClosedHasNoSources(MonitorMode monitor) {
        int readable = files.readable();
        AioContext context = open(monitor);
        FdSource source = context.onReadable(readable, this::note);
        context.close();

        assertThat(source.isOpen()).isFalse();
        assertThat(context.source(readable)).isEmpty();
    }
}
