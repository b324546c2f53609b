package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("architecture")
class EventNotifierTest {
    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(Named.of("eventfd", (Supplier<EventNotifier>) EventNotifier::open)),
                Arguments.of(Named.of("pipe", (Supplier<EventNotifier>) EventNotifier::openPipe)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void setsCoalesceUntilItIsCleared(Supplier<EventNotifier> kind) {
        try (EventNotifier notifier = kind.get()) {
            assertThat(notifier.testAndClear()).isFalse();
            notifier.set();
            notifier.set();
            assertThat(notifier.testAndClear()).isTrue();
            assertThat(notifier.testAndClear()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aClosedOneTellsNoNumberBecauseThatMayBeAnothersByNow(Supplier<EventNotifier> kind) {
        EventNotifier notifier = kind.get();
        int fd = notifier.fd();
        notifier.close();
        assertThatThrownBy(notifier::fd)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this EventNotifier, which was fd " + fd + ", is closed");
        assertThatThrownBy(notifier::writeFd).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneThatIsFullIsSet(Supplier<EventNotifier> kind) {
        try (EventNotifier notifier = kind.get()) {
            fillEventfd(notifier.fd());
            for (int i = 0; i < 20_000; i++) {
                notifier.set(); // a pipe holds 8,192 of these
            }
            assertThat(notifier.testAndClear()).isTrue();
            assertThat(notifier.testAndClear()).isFalse();
        }
    }

    /** An eventfd counts up to this; the end of a pipe that is read takes no write. */
    private static void fillEventfd(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            long written = Libc.write(fd, arena.allocateFrom(ValueLayout.JAVA_LONG, -2L), Long.BYTES);
            assertThat(written).isIn((long) Long.BYTES, (long) -Errno.EBADF);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anUnsetOneIsNoProgressAndASetOneIsOneCallback(Supplier<EventNotifier> kind) {
        try (EventNotifier notifier = kind.get();
                AioContext ctx = AioContext.open()) {
            int[] calls = new int[1];
            ctx.onReadable(notifier.fd(), (source, events) -> {
                assertThat(notifier.testAndClear()).isTrue();
                if (++calls[0] % 10 != 0) {
                    notifier.set();
                }
            });
            assertThat(ctx.poll(false)).isFalse();
            notifier.set();
            for (int i = 1; i <= 10; i++) {
                assertThat(ctx.poll(true)).isTrue();
                assertThat(calls[0]).isEqualTo(i);
            }
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aClosedOneIsRefused(Supplier<EventNotifier> kind) {
        EventNotifier notifier = kind.get();
        notifier.close();
        notifier.close();
        assertThatThrownBy(notifier::set).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(notifier::testAndClear).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nobodyWritesToANumberThatWasClosed() throws InterruptedException {
        // Setters race with close, and each closed number is taken at once by a notifier that must stay unset. There
        // are
        // more setters than processors: some were preempted at the step before the write when the number is closed.
        int setters = 2 * Runtime.getRuntime().availableProcessors() + 2;
        for (int round = 0; round < 60; round++) {
            EventNotifier closing = EventNotifier.open();
            AtomicInteger refused = new AtomicInteger();
            CountDownLatch underWay = new CountDownLatch(setters);
            List<Thread> threads = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                        try {
                            for (int i = 0; true; i++) {
                                closing.set();
                                if (i == 500) {
                                    underWay.countDown();
                                }
                            }
                        } catch (IllegalStateException closed) {
                            refused.incrementAndGet();
                        }
                    }))
                    .limit(setters)
                    .toList();
            underWay.await();
            closing.close();
            try (EventNotifier heir = EventNotifier.open()) {
                threads.forEach(Eventually::ends);
                assertThat(refused).hasValue(setters);
                assertThat(heir.testAndClear()).isFalse();
            }
        }
    }

    @Test
    void contextsDoNotAcceptTheirOwnDescriptors() {
        try (AioContext ctx = AioContext.open();
                EventNotifier next = EventNotifier.open()) {
            // The doorbell is the descriptor opened before: the lowest numbers are handed out first.
            assertThat(java.util.stream.IntStream.range(3, next.fd()).anyMatch(fd -> isRefusedAsOwn(ctx, fd)))
                    .isTrue();
        }
    }

    private static boolean isRefusedAsOwn(AioContext ctx, int fd) {
        try {
            ctx.onReadable(fd, (source, events) -> {}).close();
            return false;
        } catch (IllegalArgumentException own) {
            return true;
        } catch (SyscallException notOpenOrNotPollable) {
            return false;
        }
    }
}
