package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The events of one poll, with every monitor: none is lost, none comes twice. */
@Tag("architecture")
class DescriptorEventsTest {
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
    void aNestedPollTakesTheEventsOfTheOuterOne(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier first = opened.notifier();
        EventNotifier second = opened.notifier();
        List<Integer> calls = new ArrayList<>();
        FdHandler callback = (source, events) -> {
            calls.add(source.fd());
            assertThat((source.fd() == first.fd() ? first : second).testAndClear())
                    .isTrue();
            ctx.poll(false);
        };
        ctx.onReadable(first.fd(), callback);
        ctx.onReadable(second.fd(), callback);
        first.set();
        second.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactlyInAnyOrder(first.fd(), second.fd());
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void noneOfManyReadyDescriptorsIsForgotten(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int many = 500;
        boolean[] called = new boolean[many];
        AtomicInteger calls = new AtomicInteger();
        List<EventNotifier> notifiers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            int index = i;
            EventNotifier notifier = opened.notifier();
            notifiers.add(notifier);
            ctx.onReadable(notifier.fd(), (source, events) -> {
                assertThat(notifier.testAndClear()).isTrue();
                called[index] = true;
                calls.incrementAndGet();
            });
            notifier.set();
        }
        while (calls.get() < many) {
            assertThat(ctx.poll(true)).isTrue();
        }
        assertThat(called).doesNotContain(false);
        assertThat(ctx.poll(false)).isFalse();
        // Another round, with a buffer of events that has grown, and then with few again.
        notifiers.forEach(notifier -> ctx.source(notifier.fd()).ifPresent(FdSource::close));
        EventNotifier last = notifiers.get(many / 2);
        last.set();
        ctx.onReadable(
                last.fd(), (source, events) -> assertThat(last.testAndClear()).isTrue());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(false)).isFalse();
    }
}
