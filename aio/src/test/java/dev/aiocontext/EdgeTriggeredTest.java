package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sources that are told of changes, and not of states. */
class EdgeTriggeredTest {
    private static final FdEvents EDGES = FdEvents.READ.edgeTriggered();

    private final Opened opened = new Opened();
    private final AioContext ctx =
            opened.context(AioContext.builder().relay(RelayMode.OFF).exceptionHandler((source, failure) -> {}));
    private final List<FdSource> told = new ArrayList<>();

    @AfterEach
    void close() {
        opened.close();
    }

    @Test
    void eachChangeIsToldOnceAndTheContextUsesEpoll() {
        EventNotifier notifier = opened.notifier();
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self))) {
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            assertThat(ctx.poll(false)).isFalse();
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(told).containsExactly(source, source);
            source.interest(FdEvents.READ);
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(true)).isTrue();
        }
    }

    @Test
    void whereOnlyPollMayBeUsedItIsRefused() {
        EventNotifier notifier = opened.notifier();
        AioContext poll =
                opened.context(AioContext.builder().monitor(MonitorMode.POLL).relay(RelayMode.OFF));
        assertThatThrownBy(() -> poll.watch(notifier.fd(), EDGES, (self, events) -> {}))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("fd " + notifier.fd());
        assertThat(poll.source(notifier.fd())).isEmpty();
        try (FdSource source = poll.onReadable(notifier.fd(), (self, events) -> {})) {
            assertThatThrownBy(() -> source.interest(EDGES)).isInstanceOf(UnsupportedOperationException.class);
            assertThat(source.interest()).isSameAs(FdEvents.READ);
        }
    }

    @Test
    void anEdgeThatANestedPollPassesOverIsToldLater() {
        EventNotifier notifier = opened.notifier();
        int[] calls = new int[1];
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> {
            if (++calls[0] == 1) {
                notifier.testAndClear();
                notifier.set(); // an edge that comes while the handler runs
                assertThat(ctx.poll(false)).isFalse();
            }
        })) {
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls[0]).isEqualTo(2);
            assertThat(source.isOpen()).isTrue();
        }
    }

    @Test
    void anErrorThatEndsAWalkLosesNoEdge() {
        int count = 20;
        List<FdSource> sources = new ArrayList<>();
        List<EventNotifier> notifiers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EventNotifier notifier = opened.notifier();
            notifiers.add(notifier);
            sources.add(ctx.watch(notifier.fd(), EDGES, (self, events) -> {
                told.add(self);
                if (told.size() == 1) {
                    throw new AssertionError("on purpose");
                }
            }));
        }
        notifiers.forEach(EventNotifier::set);
        assertThatThrownBy(() -> ctx.poll(true)).isInstanceOf(AssertionError.class);
        assertThat(told).hasSize(1);
        while (ctx.poll(false)) {
            assertThat(told.size()).isLessThanOrEqualTo(2 * count);
        }
        assertThat(told).containsAll(sources);
        sources.forEach(FdSource::close);
    }

    @Test
    void anErrorOfATaskThatComesBeforeTheHandlersLosesNoEdge() {
        EventNotifier notifier = opened.notifier();
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self))) {
            notifier.set();
            ctx.execute(() -> {
                throw new AssertionError("on purpose");
            });
            assertThatThrownBy(() -> ctx.poll(true)).isInstanceOf(AssertionError.class);
            assertThat(told).isEmpty();
            assertThat(ctx.poll(false)).isTrue();
            assertThat(told).containsExactly(source);
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @Test
    void anErrorOfAHookThatComesAfterTheWaitLosesNoEdge() {
        EventNotifier notifier = opened.notifier();
        WaitHook failing = new WaitHook() {
            @Override
            public void prepare(Wait wait) {}

            @Override
            public void after() {
                throw new AssertionError("on purpose");
            }
        };
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self));
                Source hook = ctx.newHook("failing", failing)) {
            notifier.set();
            assertThatThrownBy(() -> ctx.poll(true)).isInstanceOf(AssertionError.class);
            assertThat(hook.isSuspended()).isTrue();
            assertThat(ctx.poll(false)).isTrue();
            assertThat(told).containsExactly(source);
        }
    }

    @Test
    void aPollInATaskTellsTheEdgesThatThePollAroundItHasFound() {
        EventNotifier notifier = opened.notifier();
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self))) {
            notifier.set();
            List<FdSource> toldInTask = new ArrayList<>();
            ctx.execute(() -> {
                assertThat(ctx.poll(false)).isTrue();
                toldInTask.addAll(told);
            });
            assertThat(ctx.poll(true)).isTrue();
            assertThat(toldInTask).containsExactly(source);
            assertThat(told).as("not again by the outer poll").containsExactly(source);
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @Test
    void aPollInAHandlerTellsTheEdgesThatThePollAroundItHasFound() {
        List<FdSource> sources = new ArrayList<>();
        List<FdSource> toldInHandler = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            EventNotifier notifier = opened.notifier();
            sources.add(ctx.watch(notifier.fd(), EDGES, (self, events) -> {
                told.add(self);
                if (told.size() == 1) {
                    assertThat(ctx.poll(false)).isTrue();
                    toldInHandler.addAll(told);
                }
            }));
            notifier.set();
        }
        assertThat(ctx.poll(true)).isTrue();
        assertThat(toldInHandler).containsExactlyInAnyOrderElementsOf(sources);
        assertThat(told).as("not again by the outer poll").isEqualTo(toldInHandler);
        assertThat(ctx.poll(false)).isFalse();
        sources.forEach(FdSource::close);
    }

    @Test
    void anOuterLoopThatATaskPreparesForIsToldOfTheEdgesThatThePollHasFound() {
        EventNotifier notifier = opened.notifier();
        EmbeddedLoop embedded = opened.add(ctx.embed());
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self))) {
            notifier.set();
            List<FdSource> toldInTask = new ArrayList<>();
            ctx.execute(() -> {
                assertThat(embedded.prepare()).isZero();
                assertThat(embedded.dispatch()).isTrue();
                toldInTask.addAll(told);
            });
            assertThat(embedded.dispatch()).isTrue();
            assertThat(toldInTask).containsExactly(source);
        }
    }

    @Test
    void oneThatIsResumedIsToldOfWhatIsThere() {
        EventNotifier notifier = opened.notifier();
        try (FdSource source = ctx.watch(notifier.fd(), EDGES, (self, events) -> told.add(self))) {
            source.suspend();
            notifier.set();
            assertThat(ctx.poll(false)).isFalse();
            source.resume();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(told).containsExactly(source);
        }
    }
}
