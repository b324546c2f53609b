package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A descriptor's source that moves from one context to another. */
class MovedSourceTest {
    private static final int ROUNDS = Rounds.of(50_000);

    private final Opened opened = new Opened();
    private final EventNotifier notifier = opened.notifier();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean running = new AtomicBoolean();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext context(String name, MonitorMode monitor) {
        return opened.context(AioContext.builder().name(name).monitor(monitor).exceptionHandler((source, failure) -> {
            throw new AssertionError(String.valueOf(source), failure);
        }));
    }

    private FdSource watch(AioContext ctx, FdEvents interest) {
        return ctx.watch("moved", notifier.fd(), interest, (source, events) -> {
            notifier.testAndClear();
            calls.incrementAndGet();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theHomeThreadMovesItAtOnceAndWhatWasReadyIsToldThere(boolean edges) {
        AioContext old = context("old", MonitorMode.EPOLL);
        AioContext next = context("next", MonitorMode.EPOLL);
        FdSource source = watch(old, edges ? FdEvents.READ.edgeTriggered() : FdEvents.READ);
        old.poll(false);
        notifier.set();
        CompletableFuture<FdSource> moved = next.adopt(source);
        assertThat(moved).isCompleted();
        assertThat(source.isOpen()).isFalse();
        assertThat(old.source(notifier.fd())).isEmpty();
        assertThat(next.source(notifier.fd())).contains(moved.join());
        assertThat(moved.join()).hasToString("moved (fd " + notifier.fd() + ")");
        assertThat(old.poll(false)).isFalse();
        assertThat(calls).hasValue(0);
        assertThat(next.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        moved.join().close();
    }

    /** Edges alone: one that is lost is never told again. The handler takes one count and moves its source. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noEventIsLostWhileItMovesToAndFro(boolean edges) {
        FdEvents interest = edges ? FdEvents.READ.edgeTriggered() : FdEvents.READ;
        AioContext one = AioContext.builder().name("one").open();
        AioContext other = AioContext.builder().name("other").open();
        try (LoopThread first = new LoopThread(one);
                LoopThread second = new LoopThread(other)) {
            one.watch(notifier.fd(), interest, (source, events) -> {
                assertThat(running.compareAndSet(false, true)).isTrue();
                if (notifier.testAndClear()) {
                    calls.incrementAndGet();
                }
                AioContext here = AioContext.current().orElseThrow();
                AioContext there = here.name().equals("one") ? other : one;
                there.adopt(source);
                running.set(false);
            });
            for (int i = 1; i <= ROUNDS; i++) {
                int round = i;
                notifier.set();
                Eventually.holds("event " + round + " arrives", () -> calls.get() == round);
            }
            first.context.source(notifier.fd()).ifPresent(Source::close);
            second.context.source(notifier.fd()).ifPresent(Source::close);
        }
        assertThat(calls).hasValue(ROUNDS);
    }

    @Test
    void anotherThreadHasTheOldLoopMoveIt() {
        AioContext old = AioContext.open();
        AioContext next = context("next", MonitorMode.AUTO);
        try (LoopThread loop = new LoopThread(old)) {
            FdSource source = watch(old, FdEvents.READ);
            loop.awaitBlocked();
            FdSource moved = next.adopt(source).join();
            notifier.set();
            assertThat(next.poll(true)).isTrue();
            assertThat(calls).hasValue(1);
            moved.close();
        }
    }

    /** Another thread asks while the old loop runs a task, after its wait has found the descriptor ready. */
    @ParameterizedTest
    @EnumSource
    void noCallBeginsOnTheOldLoopOnceTheMoveIsAskedFor(MonitorMode monitor) {
        AioContext old = context("old", monitor);
        AioContext next = context("next", monitor);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        notifier.set();
        List<CompletableFuture<FdSource>> moved = new CopyOnWriteArrayList<>();
        old.execute(() -> Eventually.ends(Thread.ofPlatform().start(() -> moved.add(next.adopt(source)))));
        old.poll(true);
        assertThat(calls).hasValue(0);
        while (!moved.getFirst().isDone()) {
            old.poll(true);
        }
        assertThat(calls).hasValue(0);
        assertThat(next.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        moved.getFirst().join().close();
    }

    @Test
    void itStaysSuspended() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        source.suspend();
        notifier.set();
        FdSource moved = next.adopt(source).join();
        assertThat(moved.isSuspended()).isTrue();
        assertThat(next.poll(false)).isFalse();
        moved.resume();
        assertThat(next.poll(true)).isTrue();
        moved.close();
    }

    @Test
    void itGoesOnWhereItWasIfTheOtherContextRefusesIt() {
        AioContext old = context("old", MonitorMode.EPOLL);
        AioContext next = context("next", MonitorMode.POLL);
        FdSource source = watch(old, FdEvents.READ.edgeTriggered());
        old.poll(false);
        notifier.set();
        assertThat(next.adopt(source)).isCompletedExceptionally();
        assertThat(source.isOpen()).isTrue();
        assertThat(source.isSuspended()).isFalse();
        assertThat(old.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        source.close();
    }

    /** A stage of the source that it replaces runs when the new loop watches the descriptor, and the old one still does. */
    private FdSource adoptMeanwhile(AioContext next, FdSource source, Runnable meanwhile) {
        FdSource earlier = next.watch("earlier", notifier.fd(), FdEvents.READ, (replaced, events) -> {});
        next.poll(false);
        earlier.closed().thenRun(meanwhile);
        return next.adopt(source).join();
    }

    @Test
    void anInterestThatIsChangedMeanwhileIsThatOfTheNewOne() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        FdSource moved = adoptMeanwhile(next, source, () -> source.interest(FdEvents.WRITE));
        assertThat(moved.interest()).isEqualTo(FdEvents.WRITE);
        assertThat(next.poll(true)).isTrue();
        assertThatThrownBy(() -> source.interest(FdEvents.READ)).hasMessageEndingWith("is closed");
        moved.close();
    }

    @Test
    void oneThatIsSuspendedOrResumedMeanwhileIsSoWhenItHasMoved() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        FdSource moved = adoptMeanwhile(next, source, source::suspend);
        assertThat(moved.isSuspended()).isTrue();
        FdSource back = adoptMeanwhile(old, moved, moved::resume);
        assertThat(back.isSuspended()).isFalse();
        back.close();
    }

    @Test
    void oneThatIsClosedMeanwhileDoesNotLiveOnInTheOtherContext() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        assertThatThrownBy(() -> adoptMeanwhile(next, source, source::close))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("moved (fd " + notifier.fd() + ") is closed");
        assertThat(next.source(notifier.fd())).isEmpty();
    }

    @Test
    void oneThatHasComeBackMeanwhileLivesOnWhereItIs() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ.edgeTriggered());
        old.poll(false);
        adoptMeanwhile(
                next,
                source,
                () -> old.adopt(next.source(notifier.fd()).orElseThrow()).join());
        assertThat(next.source(notifier.fd())).isEmpty();
        notifier.set();
        assertThat(old.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        old.source(notifier.fd()).orElseThrow().close();
    }

    @Test
    void itGoesOnWhereItWasIfTheOtherContextRefusesAChangeThatWasMadeMeanwhile() {
        AioContext old = context("old", MonitorMode.EPOLL);
        AioContext next = context("next", MonitorMode.POLL);
        FdSource source = watch(old, FdEvents.READ);
        old.poll(false);
        assertThatThrownBy(() -> adoptMeanwhile(next, source, () -> source.interest(FdEvents.READ.edgeTriggered())))
                .hasRootCauseInstanceOf(UnsupportedOperationException.class);
        assertThat(next.source(notifier.fd())).isEmpty();
        assertThat(source.isSuspended()).isFalse();
        notifier.set();
        assertThat(old.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        source.close();
    }

    @Test
    void oneOfThisContextStaysAsItIs() {
        AioContext ctx = context("same", MonitorMode.AUTO);
        try (FdSource source = watch(ctx, FdEvents.READ)) {
            assertThat(ctx.adopt(source)).isCompletedWithValue(source);
        }
    }

    @Test
    void aClosedOneAndAClosedContextAreRefused() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = watch(old, FdEvents.READ);
        next.close();
        assertThatThrownBy(() -> next.adopt(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("AioContext next is closed");
        source.close();
        AioContext third = context("third", MonitorMode.AUTO);
        assertThatThrownBy(() -> third.adopt(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("moved (fd " + notifier.fd() + ") is closed");
    }

    @Test
    void theOldHomeThreadIsRefusedToWaitForTheMove() {
        AioContext old = context("old", MonitorMode.AUTO);
        AioContext next = context("next", MonitorMode.AUTO);
        FdSource source = old.onReadable(notifier.fd(), (self, events) -> {
            notifier.testAndClear();
            CompletableFuture<FdSource> moved = next.adopt(self);
            assertThatThrownBy(() -> moved.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
            calls.incrementAndGet();
        });
        notifier.set();
        old.poll(true);
        assertThat(calls).hasValue(1);
        Eventually.pollUntil(old, "the source has moved", () -> !source.isOpen());
        assertThat(next.source(notifier.fd())).isPresent();
    }
}
