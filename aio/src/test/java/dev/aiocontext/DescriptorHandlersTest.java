package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers of descriptors, with every monitor. */
@Tag("architecture")
class DescriptorHandlersTest {
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
    void aHandlerIsCalledAsLongAsItsDescriptorIsReady(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier();
        AtomicInteger calls = new AtomicInteger();
        FdSource registration = ctx.onReadable(notifier.fd(), (source, events) -> {
            assertThat(source.fd()).isEqualTo(notifier.fd());
            calls.incrementAndGet();
        });
        assertThat(ctx.poll(false)).isFalse();
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(2);
        assertThat(notifier.testAndClear()).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(registration.isOpen()).isTrue();
        registration.close();
        assertThat(registration.isOpen()).isFalse();
        notifier.set();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource
    void oneSourceIsToldOfAllItWaitsForAndOfNothingElse(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier(); // writable always, readable when set
        List<FdEvents> calls = new ArrayList<>();
        FdSource both =
                ctx.watch(notifier.fd(), FdEvents.READ.and(FdEvents.WRITE), (source, events) -> calls.add(events));
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        both.interest(FdEvents.READ);
        assertThat(ctx.poll(true)).isTrue();
        both.interest(FdEvents.WRITE);
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactly(FdEvents.READ.and(FdEvents.WRITE), FdEvents.READ, FdEvents.WRITE);
        both.interest(FdEvents.NONE);
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aNewHandlerTakesThePlaceOfTheOld(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier();
        List<String> calls = new ArrayList<>();
        FdSource old = ctx.onReadable(notifier.fd(), (source, events) -> calls.add("old"));
        FdSource current = ctx.onReadable(notifier.fd(), (source, events) -> calls.add("new"));
        assertThat(old.isOpen()).isFalse();
        old.close(); // removes nothing: it is not there any more
        assertThat(current.isOpen()).isTrue();
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactly("new");
        ctx.source(notifier.fd()).orElseThrow().close();
        assertThat(ctx.source(notifier.fd())).isEmpty();
        assertThat(current.isOpen()).isFalse();
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void handlersMayBeRemovedAndAddedDuringTheWalk(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        List<EventNotifier> notifiers = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            EventNotifier notifier = opened.notifier();
            notifiers.add(notifier);
            ctx.onReadable(notifier.fd(), (source, events) -> {
                calls.incrementAndGet();
                notifiers.forEach(other -> ctx.source(other.fd()).ifPresent(FdSource::close));
                ctx.onReadable(source.fd(), (anew, none) -> {});
            });
            notifier.set();
        }
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerSetByAnotherThreadIsSeenByABlockedLoop(MonitorMode monitor) {
        EventNotifier notifier = opened.notifier();
        notifier.set();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            for (int i = 0; i < 20; i++) {
                loop.awaitBlocked();
                AtomicInteger calls = new AtomicInteger();
                FdSource registration =
                        loop.context.onReadable(notifier.fd(), (source, events) -> calls.incrementAndGet());
                Eventually.holds("the handler is called", () -> calls.get() > 0);
                registration.close();
            }
        }
    }
}
