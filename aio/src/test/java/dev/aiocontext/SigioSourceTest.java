package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.LoopThread;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The source of SIGIO lives as other sources do. */
final class SigioSourceTest {
    private static AioContext withRelay() {
        return AioContext.builder().relay(RelayMode.THREAD).open();
    }

    private static void signal() {
        int pid = (int) ProcessHandle.current().pid();
        int relay = KernelThreads.tid("aiocontext-sigi"); // the kernel keeps 15 characters
        assertThat(Libc.tgkill(pid, relay, Signals.SIGIO)).isZero();
    }

    @Test
    void aContextWithoutARelayIsRefused() {
        try (AioContext context =
                AioContext.builder().name("plain").relay(RelayMode.OFF).open()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> SigioSource.on(context, signal -> {}))
                    .withMessageContaining("plain")
                    .withMessageContaining("OFF");
        }
    }

    @Test
    void aClosedContextIsRefused() {
        AioContext context = withRelay();
        context.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> SigioSource.on(context, signal -> {}))
                .withMessageContaining("closed");
    }

    /** All of it in one task, because handing over another, or a resume by another thread, is relayed and tells of itself. */
    @Test
    void aSignalThatComesWhileItIsSuspendedIsToldAfterResume() {
        AtomicInteger signals = new AtomicInteger();
        AtomicInteger other = new AtomicInteger();
        try (LoopThread loop = new LoopThread(withRelay());
                LoopThread witness = new LoopThread(withRelay())) {
            Source source = SigioSource.on(loop.context, signal -> signals.incrementAndGet());
            Source seen = SigioSource.on(witness.context, signal -> other.incrementAndGet());
            int told = loop.context
                    .submit(() -> {
                        source.suspend();
                        assertThat(source.isSuspended()).isTrue();
                        int before = signals.get();
                        int seenBefore = other.get();
                        signal();
                        // It is served after this one, so the record is there.
                        Eventually.holds("another context hears it", () -> other.get() > seenBefore);
                        loop.context.poll(false);
                        assertThat(signals).hasValue(before);
                        source.resume();
                        assertThat(source.isSuspended()).isFalse();
                        loop.context.poll(false);
                        return signals.get() - before;
                    })
                    .join();
            assertThat(told).isPositive();
            source.close();
            seen.close();
        }
    }

    @Test
    void anotherOneClosesTheFirst() {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        try (LoopThread loop = new LoopThread(withRelay())) {
            Source replaced = SigioSource.on(loop.context, signal -> first.incrementAndGet());
            Source source = SigioSource.on(loop.context, signal -> second.incrementAndGet());
            assertThat(replaced.isOpen()).isFalse();
            replaced.closed().toCompletableFuture().join();
            int before = first.get();
            replaced.close();
            signal();
            Eventually.holds("the second is called", () -> second.get() > 0);
            assertThat(first).hasValue(before);
            source.close();
            source.closed().toCompletableFuture().join();
            assertThatIllegalStateException().isThrownBy(source::resume).withMessageContaining("SIGIO");
            assertThatIllegalStateException().isThrownBy(source::suspend).withMessageContaining("SIGIO");
        }
    }

    @Test
    void aForgottenOneIsNamedAndMayBeClosedAfterItsContext() {
        AioContext context = withRelay();
        Source source = SigioSource.on(context, signal -> {});
        try (LogRecords log = new LogRecords()) {
            context.close();
            assertThat(log.messages()).singleElement().asString().contains("SIGIO");
        }
        source.close();
        assertThat(source.isOpen()).isFalse();
        source.closed().toCompletableFuture().join();
    }
}
