package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RawCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers that were closed and stand for another file by now, or whose file lives on. */
@Tag("architecture")
class ReusedNumberTest {
    private final Opened opened = new Opened();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor));
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatStandsForAnotherFileByNowIsWaitedForAnew(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe first = Descriptors.pipe();
        FdSource forgotten = ctx.onReadable(first.readEnd(), (source, events) -> {
            throw new AssertionError("the first file is closed");
        });
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(first.readEnd());
        Descriptors.Pipe second = Descriptors.pipe();
        assertThat(second.readEnd()).isEqualTo(first.readEnd());
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(second.readEnd(), (source, events) -> {
            calls.incrementAndGet();
            assertThat(RawCalls.read(source.fd())).isEqualTo(8);
        });
        RawCalls.write(second.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        assertThat(forgotten.isOpen()).isFalse();
        ctx.source(second.readEnd()).ifPresent(FdSource::close);
        Descriptors.close(first.writeEnd());
        Descriptors.close(second.readEnd());
        Descriptors.close(second.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void closedDescriptorsWhoseDuplicatesLiveOnDoNotKeepTheLoopBusy(MonitorMode monitor) {
        // epoll(7): the files stay in the kernel's set, report, and cannot be removed by their numbers any more.
        List<Descriptors.Pipe> pipes = List.of(Descriptors.pipe(), Descriptors.pipe());
        List<Integer> duplicates = new ArrayList<>();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            List<FdSource> registrations = new ArrayList<>();
            AtomicInteger calls = new AtomicInteger();
            for (Descriptors.Pipe pipe : pipes) {
                duplicates.add(RawCalls.duplicate(pipe.readEnd()));
                registrations.add(loop.context.onReadable(pipe.readEnd(), (source, events) -> calls.incrementAndGet()));
                RawCalls.write(pipe.writeEnd());
            }
            Eventually.holds("the handlers are called", () -> calls.get() > 2);
            loop.context.execute(() -> {
                pipes.forEach(pipe -> Descriptors.close(pipe.readEnd()));
                registrations.forEach(FdSource::close);
            });
            Eventually.holds(
                    "the handlers are removed", () -> registrations.stream().noneMatch(FdSource::isOpen));
            loop.awaitBlocked();
        }
        duplicates.forEach(Descriptors::close);
        pipes.forEach(pipe -> Descriptors.close(pipe.writeEnd()));
    }

    @ParameterizedTest
    @EnumSource
    void theEventsOfAForgottenFileAreNotThoseOfItsNumbersHeir(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe first = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(first.readEnd());
        ctx.onReadable(first.readEnd(), (source, events) -> {});
        assertThat(ctx.poll(false)).isFalse();
        RawCalls.write(first.writeEnd());
        Descriptors.close(first.readEnd());
        Descriptors.Pipe second = Descriptors.pipe();
        assertThat(second.readEnd()).isEqualTo(first.readEnd());
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(second.readEnd(), (source, events) -> calls.incrementAndGet());
        for (int i = 0; i < 10; i++) {
            assertThat(ctx.poll(false)).isFalse();
        }
        RawCalls.write(second.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        ctx.source(second.readEnd()).ifPresent(FdSource::close);
        Descriptors.close(duplicate);
        Descriptors.close(first.writeEnd());
        Descriptors.close(second.readEnd());
        Descriptors.close(second.writeEnd());
    }
}
