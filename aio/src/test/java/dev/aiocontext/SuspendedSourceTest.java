package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is suspended is not called, and what came meanwhile is told after that. */
class SuspendedSourceTest {
    private final Opened opened = new Opened();

    @AfterEach
    void close() {
        opened.close();
    }

    @ParameterizedTest
    @EnumSource
    void aSuspendedDescriptorIsSilentAlsoIfItHangsUp(MonitorMode monitor) {
        AioContext ctx = opened.context(AioContext.builder().monitor(monitor).relay(RelayMode.OFF));
        Descriptors.Pipe pipe = Descriptors.pipe();
        List<FdEvents> told = new ArrayList<>();
        FdSource source = ctx.onReadable(pipe.readEnd(), (self, events) -> told.add(events));
        source.suspend();
        source.suspend();
        assertThat(source.isSuspended()).isTrue();
        Descriptors.close(pipe.writeEnd());
        assertThat(ctx.poll(false)).isFalse();
        source.interest(FdEvents.NONE); // takes effect when it is resumed
        assertThat(ctx.poll(false)).isFalse();
        source.resume();
        assertThat(source.isSuspended()).isFalse();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(told).containsExactly(FdEvents.HANG_UP);
        source.close();
        Descriptors.close(pipe.readEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aResumeByAnotherThreadReachesABlockedLoop(MonitorMode monitor) {
        EventNotifier notifier = opened.notifier();
        AtomicInteger calls = new AtomicInteger();
        try (LoopThread loop = new LoopThread(
                AioContext.builder().monitor(monitor).relay(RelayMode.OFF).open())) {
            FdSource source = loop.context.onReadable(notifier.fd(), (self, events) -> {
                notifier.testAndClear();
                calls.incrementAndGet();
            });
            for (int round = 1; round <= 20; round++) {
                source.suspend();
                notifier.set();
                loop.awaitBlocked();
                int before = calls.get();
                source.resume();
                Eventually.holds("it is told after the resume", () -> calls.get() > before);
            }
            source.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatWasClosedMeanwhileIsRefusedAndStaysSuspended(MonitorMode monitor) {
        AioContext ctx = opened.context(AioContext.builder().monitor(monitor).relay(RelayMode.OFF));
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource source = ctx.onReadable(pipe.readEnd(), (self, events) -> {});
        source.suspend();
        Descriptors.close(pipe);
        assertThatThrownBy(source::resume)
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EBADF")
                .hasMessageContaining(String.valueOf(pipe.readEnd()));
        assertThat(source.isSuspended()).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        source.close();
    }

    @Test
    void aBottomHalfThatWasScheduledMeanwhileRunsAfterTheResume() {
        AioContext ctx = opened.context(AioContext.builder().relay(RelayMode.OFF));
        List<String> ran = new ArrayList<>();
        BottomHalf half = ctx.newBottomHalf("half", () -> ran.add("half"));
        half.schedule();
        half.suspend();
        assertThat(ctx.poll(false)).isFalse();
        half.schedule();
        half.scheduleIdle();
        assertThat(ctx.poll(false)).isFalse();
        half.resume();
        half.resume();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).hasSize(1);
        half.suspend();
        half.scheduleIdle();
        half.resume();
        ctx.poll(true);
        assertThat(ran).hasSize(2);
        half.suspend();
        half.schedule();
        half.cancel();
        half.resume();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).hasSize(2);
        half.close();
    }

    @Test
    void aResumeOfABottomHalfWakesABlockedLoop() {
        AtomicInteger ran = new AtomicInteger();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().relay(RelayMode.OFF).open())) {
            BottomHalf half = loop.context.newBottomHalf("half", ran::incrementAndGet);
            for (int round = 1; round <= 200; round++) {
                half.suspend();
                half.schedule();
                if (round % 20 == 0) {
                    loop.awaitBlocked();
                }
                int before = ran.get();
                half.resume();
                Eventually.holds("it runs after the resume", () -> ran.get() > before);
            }
            half.close();
        }
    }

    @Test
    void aSignalThatCameMeanwhileIsToldAfterTheResume() {
        AtomicInteger signals = new AtomicInteger();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().relay(RelayMode.THREAD).open())) {
            Source source = SigioSource.on(loop.context, signal -> signals.incrementAndGet());
            source.suspend();
            long relayed = loop.context.statistics().relay().relayed();
            loop.awaitBlocked();
            loop.context.execute(() -> {}); // relayed, for the loop was blocked
            Eventually.holds(
                    "the relay has woken the loop",
                    () -> loop.context.statistics().relay().relayed() > relayed);
            assertThat(signals).hasValue(0);
            source.resume();
            Eventually.holds("the signal is told", () -> signals.get() > 0);
            source.close();
            assertThatThrownBy(source::resume).hasMessageContaining("SIGIO handler is closed");
        }
    }
}
