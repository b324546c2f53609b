package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The walk over the living sources. */
class SourcesTest {
    private static SourceInfo info(AioContext ctx, String name) {
        return ctx.sources().stream()
                .filter(source -> source.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    @Test
    void itListsWhatIsOpenInTheOrderInWhichItWasMade() {
        VirtualClock clock = new VirtualClock();
        try (AioContext ctx = AioContext.builder().clock(clock).open();
                EventNotifier notifier = EventNotifier.open();
                FdSource fd = ctx.watch("input", notifier.fd(), FdEvents.READ, (source, events) -> {});
                BottomHalf bottomHalf = ctx.newBottomHalf("later", () -> {})) {
            AioTimer timer = ctx.newTimer("soon", (source, missed) -> {});
            assertThat(ctx.sources()).extracting(SourceInfo::source).containsExactly(fd, bottomHalf, timer);
            assertThat(ctx.sources())
                    .extracting(SourceInfo::waitsFor)
                    .containsExactly("READ", "not scheduled", "not armed");
            timer.arm(Duration.ofMinutes(1));
            bottomHalf.scheduleIdle();
            fd.suspend();
            assertThat(ctx.sources())
                    .extracting(SourceInfo::toString)
                    .containsExactly(
                            "input (fd " + notifier.fd() + "): suspended, READ, called 0 times",
                            "bottom half later: scheduled as idle, called 0 times",
                            "timer soon: due in PT1M");
            bottomHalf.schedule();
            assertThat(info(ctx, "later").waitsFor()).isEqualTo("scheduled");
            timer.close();
            assertThat(ctx.sources()).extracting(SourceInfo::source).containsExactly(fd, bottomHalf);
        }
    }

    @Test
    void aSourceThatIsClosedIsNotListedAlsoIfSomebodyWaitsForItsEnd() {
        try (AioContext ctx = AioContext.open()) {
            BottomHalf bottomHalf = ctx.newBottomHalf("closed", () -> {});
            CompletableFuture<Void> closed = bottomHalf.closed().toCompletableFuture();
            Eventually.ends(Thread.ofPlatform().start(bottomHalf::close));
            assertThat(closed).isNotDone(); // it is among the living until the loop has completed this
            assertThat(ctx.sources()).isEmpty();
            ctx.poll(true);
            assertThat(closed).isDone();
        }
    }

    @Test
    void aSourceThatIsClosedIsNotKept() {
        try (AioContext ctx = AioContext.open()) {
            ctx.poll(false); // this is the home thread
            WeakReference<Source> plain = closed(ctx, false);
            WeakReference<Source> asked = closed(ctx, true);
            Eventually.holds("both are gone", () -> {
                System.gc();
                return plain.refersTo(null) && asked.refersTo(null);
            });
        }
    }

    private static WeakReference<Source> closed(AioContext ctx, boolean asked) {
        BottomHalf bottomHalf = ctx.newBottomHalf("gone", () -> {});
        if (asked) {
            assertThat(bottomHalf.closed().toCompletableFuture()).isNotDone();
        }
        bottomHalf.close();
        return new WeakReference<>(bottomHalf);
    }

    @Test
    void itCountsTheCallsOfEachKindAlsoThoseThatThrowAndTheOneThatRuns() {
        AtomicInteger seen = new AtomicInteger();
        try (AioContext ctx = AioContext.builder()
                        .exceptionHandler((source, failure) -> {})
                        .open();
                EventNotifier notifier = EventNotifier.open();
                FdSource fd = ctx.onReadable(notifier.fd(), (source, events) -> notifier.testAndClear());
                BottomHalf failing = ctx.newBottomHalf("failing", () -> {
                    throw new IllegalStateException("as planned");
                });
                BottomHalf looking = ctx.newBottomHalf(
                        "looking",
                        () -> seen.set((int) info(ctx, "looking").calls().orElseThrow()))) {
            for (int i = 0; i < 3; i++) {
                notifier.set();
                failing.schedule();
                looking.schedule();
                ctx.poll(true);
            }
            assertThat(info(ctx, fd.name()).calls()).hasValue(3);
            assertThat(info(ctx, "failing").calls()).hasValue(3);
            assertThat(seen).hasValue(3);
            assertThat(info(ctx, "failing").time()).isEmpty();
            assertThat(info(ctx, "failing").longest()).isEmpty();
        }
    }

    @Test
    void itTellsHowLongTheCallsTookIfTheContextMeasuresThem() {
        try (AioContext ctx = AioContext.builder().measureCallbacks(true).open();
                BottomHalf spinning = ctx.newBottomHalf("spinning", () -> spend(Duration.ofMillis(2)))) {
            spinning.schedule();
            ctx.poll(true);
            spinning.schedule();
            ctx.poll(true);
            assertThat(info(ctx, "spinning")).satisfies(info -> {
                assertThat(info.time().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(4));
                assertThat(info.longest().orElseThrow())
                        .isBetween(Duration.ofMillis(2), info.time().orElseThrow());
                assertThat(info.toString()).startsWith("bottom half spinning: not scheduled, called 2 times in PT0.");
            });
        }
    }

    @Test
    void itCountsTheCallsOfTimersIfTheContextMeasuresThem() {
        VirtualClock clock = new VirtualClock();
        try (AioContext ctx =
                AioContext.builder().clock(clock).measureCallbacks(true).open()) {
            ctx.every(Duration.ofSeconds(1), () -> spend(Duration.ofMillis(1)));
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofSeconds(1));
                ctx.poll(true);
            }
            assertThat(ctx.sources()).singleElement().satisfies(info -> {
                assertThat(info.calls()).hasValue(3);
                assertThat(info.time().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(3));
                assertThat(info.longest().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(1));
            });
        }
    }

    @Test
    void anotherThreadMayAsk() {
        AioContext ctx = AioContext.open();
        try (BottomHalf bottomHalf = ctx.newBottomHalf("counted", () -> {});
                LoopThread loop = new LoopThread(ctx)) {
            bottomHalf.schedule();
            Eventually.holds(
                    "the call is seen",
                    () -> info(loop.context, "counted").calls().orElseThrow() == 1);
        }
    }

    @Test
    void aClosedContextHasNone() {
        AioContext ctx = AioContext.open();
        ctx.every(Duration.ofSeconds(1), () -> {});
        assertThat(ctx.sources()).hasSize(1);
        ctx.close();
        assertThat(ctx.sources()).isEmpty();
    }

    private static void spend(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
