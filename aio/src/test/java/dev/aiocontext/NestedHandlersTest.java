package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A poll within a handler does not enter that handler again. */
class NestedHandlersTest {
    private final EventNotifier notifier = EventNotifier.open();
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void close() {
        notifier.close();
    }

    private static AioContext open(MonitorMode monitor) {
        return AioContext.builder()
                .monitor(monitor)
                .exceptionHandler((context, failure) -> {})
                .open();
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerMayPollBeforeItReads(MonitorMode monitor) {
        try (AioContext ctx = open(monitor)) {
            AtomicInteger depth = new AtomicInteger();
            ctx.onReadable(notifier.fd(), (source, events) -> {
                assertThat(depth.incrementAndGet()).isEqualTo(1);
                assertThat(ctx.poll(false)).isFalse();
                assertThat(notifier.testAndClear()).isTrue();
                depth.decrementAndGet();
                calls.add("read");
            });
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).containsExactly("read");
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatANestedPollPassedOverStaysDue(MonitorMode monitor) {
        try (AioContext ctx = open(monitor)) {
            ctx.onReadable(notifier.fd(), (source, events) -> {
                calls.add("read");
                ctx.poll(false);
            });
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).containsExactly("read", "read");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatThrewIsCalledAgainOnceItsSourceIsResumed(MonitorMode monitor) {
        try (AioContext ctx = open(monitor)) {
            ctx.onReadable(notifier.fd(), (source, events) -> {
                calls.add("read");
                throw new IllegalStateException("on purpose");
            });
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(false)).isFalse();
            ctx.source(notifier.fd()).orElseThrow().resume();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerMayCloseItsSourceAndMakeItAnewBeforeItPolls(MonitorMode monitor) {
        try (AioContext ctx = open(monitor)) {
            FdHandler[] self = new FdHandler[1];
            self[0] = (source, events) -> {
                calls.add("read");
                source.close();
                ctx.onReadable(source.fd(), self[0]);
                assertThat(ctx.poll(false)).isFalse();
                assertThat(notifier.testAndClear()).isTrue();
            };
            ctx.onReadable(notifier.fd(), self[0]);
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).containsExactly("read");
            ctx.source(notifier.fd()).orElseThrow().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerMayRegisterItselfAnewBeforeItPolls(MonitorMode monitor) {
        try (AioContext ctx = open(monitor)) {
            FdHandler[] self = new FdHandler[1];
            self[0] = (source, events) -> {
                calls.add("read");
                ctx.onReadable(source.fd(), self[0]);
                assertThat(ctx.poll(false)).isFalse();
                assertThat(notifier.testAndClear()).isTrue();
            };
            ctx.onReadable(notifier.fd(), self[0]);
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).containsExactly("read");
        }
    }
}
