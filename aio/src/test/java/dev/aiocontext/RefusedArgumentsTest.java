package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.source.ChildExit;
import dev.aiocontext.source.Inotify;
import dev.aiocontext.source.InotifyKind;
import dev.aiocontext.source.Notifications;
import dev.aiocontext.source.Signals;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages about arguments name what the caller has written. */
class RefusedArgumentsTest {
    private final AioContext ctx = AioContext.builder().name("strict").open();

    @AfterEach
    void close() {
        ctx.close();
    }

    private static void assertNamed(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as(parameter)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(parameter);
    }

    /** What a caller without a check of nullness gives. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    void aTimeThatIsNullIsNamed() {
        AioTimer timer = ctx.newTimer("t", (source, missed) -> {});
        assertNamed("delay", () -> ctx.after(nothing(), () -> {}));
        assertNamed("period", () -> ctx.every(nothing(), () -> {}));
        assertNamed("delay", () -> timer.arm(nothing()));
        assertNamed("period", () -> timer.arm(Duration.ZERO, nothing()));
        assertNamed("longestWait", () -> ctx.poll(RefusedArgumentsTest.<Duration>nothing()));
        assertNamed("timeout", () -> ctx.awaitReady(0, FdEvents.READ, nothing()));
        assertNamed("step", () -> new VirtualClock().advance(nothing()));
        assertNamed("newAccuracy", () -> TimerOptions.DEFAULT.accuracy(nothing()));
        timer.close();
    }

    @Test
    void aPartOfAReadyMadeSourceThatIsNullIsNamed() {
        assertNamed("notifier", () -> Notifications.on(ctx, "n", nothing(), () -> {}));
        assertNamed("context", () -> Inotify.on(nothing()));
        assertNamed(
                "process", () -> ChildExit.on(ctx, RefusedArgumentsTest.<Process>nothing(), (source, status) -> {}));
        assertNamed(
                "handle",
                () -> ChildExit.on(ctx, RefusedArgumentsTest.<ProcessHandle>nothing(), (source, status) -> {}));
        assertNamed("context", () -> ChildExit.reaping(nothing(), 1, (source, status) -> {}));
        assertNamed("signal", () -> Signals.on(ctx, nothing(), (source, event) -> {}));
        assertNamed("settings", () -> AioThread.start(RefusedArgumentsTest.<AioContext.Builder>nothing()));
        try (Inotify inotify = Inotify.on(ctx)) {
            assertNamed(
                    "path",
                    () -> inotify.watch(
                            RefusedArgumentsTest.<Path>nothing(), InotifyKind.CREATE, (watch, event) -> {}));
        }
    }

    @Test
    void aNegativePeriodIsCalledAPeriod() {
        assertThatThrownBy(() -> ctx.every(Duration.ofMillis(-1), () -> {})).hasMessageContaining("the period of ");
        assertThatThrownBy(() -> ctx.after(Duration.ofMillis(-1), () -> {})).hasMessageContaining("the delay of ");
    }

    @Test
    void aSignalThatThereIsNotIsQuoted() {
        assertThatThrownBy(() -> Signals.on(ctx, "", (source, event) -> {}))
                .hasMessageStartingWith("there is no signal \"\"; ");
    }

    @Test
    void aClockThatCannotGoOnSaysHowFarItCan() {
        VirtualClock clock = new VirtualClock();
        clock.advance(Duration.ofSeconds(1));
        for (Duration step : new Duration[] {Duration.ofNanos(Long.MAX_VALUE), Duration.ofDays(1_000_000)}) {
            assertThatThrownBy(() -> clock.advance(step))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("a virtual clock cannot go on by " + step
                            + " from PT1S: it counts nanoseconds, up to 146 years and the year 2262");
        }
    }

    @Test
    void aClockWhoseTimeOfDayDoesNotFitIntoNanosecondsIsRefused() {
        for (Instant epoch : new Instant[] {Instant.MIN, Instant.parse("2262-04-12T00:00:00Z"), Instant.MAX}) {
            assertThatThrownBy(() -> new VirtualClock(epoch))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(epoch.toString());
        }
        VirtualClock late = new VirtualClock(Instant.parse("2262-04-11T00:00:00Z"));
        assertThatThrownBy(() -> late.advance(Duration.ofDays(1))).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aFutureThatTheLoopWouldWaitForItselfSaysWhatHelps() {
        ScheduledExecutorService scheduled = ctx.scheduledExecutor();
        ScheduledFuture<?> later = scheduled.schedule(() -> {}, 1, TimeUnit.DAYS);
        ctx.poll(false);
        assertThatThrownBy(later::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("use submit() of the context and whenComplete()");
        scheduled.shutdownNow();
    }
}
