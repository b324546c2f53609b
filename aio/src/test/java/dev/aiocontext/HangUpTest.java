package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RawCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of the other side of a pipe, with every monitor. */
@Tag("architecture")
class HangUpTest {
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
    void aReaderHearsOfAHangUp(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(pipe.readEnd(), (source, events) -> {
            assertThat(RawCalls.read(source.fd())).isZero();
            calls.incrementAndGet();
            source.close();
        });
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        Descriptors.close(pipe.readEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aWriterHearsThatNobodyReads(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        AtomicInteger calls = new AtomicInteger();
        ctx.watch(pipe.writeEnd(), FdEvents.WRITE, (source, events) -> {
            calls.incrementAndGet();
            source.close();
        });
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadsRemoveAndCloseReachTheOtherEndThoughTheLoopSleeps(MonitorMode monitor) {
        // A poll(2) that sleeps holds the file: closing its number alone does not close it.
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            FdSource registration = loop.context.onReadable(pipe.readEnd(), (source, events) -> {});
            loop.awaitBlocked();
            registration.close();
            Descriptors.close(pipe.readEnd());
            Eventually.holds("the writer hears of it", () -> isBroken(pipe.writeEnd()));
        }
        Descriptors.close(pipe.writeEnd());
    }

    private static boolean isBroken(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            // Not by a write: that would wake the loop itself.
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(ValueLayout.JAVA_INT, 0, fd);
            assertThat(Libc.ppoll(Libc.errnoSegment(arena), pollfd, 1, arena.allocate(16, 8)))
                    .isNotNegative();
            return (pollfd.get(ValueLayout.JAVA_SHORT, 6) & 8 /* POLLERR */) != 0;
        }
    }
}
