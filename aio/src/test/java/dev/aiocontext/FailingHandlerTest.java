package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A callback that throws is reported with its source, and a descriptor's is suspended. */
class FailingHandlerTest {
    private final Opened opened = new Opened();
    private final EventNotifier notifier = opened.notifier();
    private final List<String> reports = new ArrayList<>();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(
                AioContext.builder().monitor(monitor).relay(RelayMode.OFF).exceptionHandler(this::report));
    }

    private void report(@Nullable Source source, Throwable failure) {
        reports.add(source + " threw " + failure.getMessage()
                + (source != null && source.isSuspended() ? ", suspended" : "")
                + (AioContext.current().isPresent() ? "" : ", in no context"));
    }

    /** As a MethodHandle does: what it throws is anything. */
    private static void fail(Throwable failure) throws Throwable {
        throw failure;
    }

    @ParameterizedTest
    @EnumSource
    void aFailingHandlerIsSuspendedBeforeItIsReported(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = ctx.watch("mine", notifier.fd(), FdEvents.READ, (self, events) -> fail(new Exception("1")));
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(reports).containsExactly("mine (fd " + notifier.fd() + ") threw 1, suspended");
        assertThat(ctx.poll(false)).isFalse();
        source.resume();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(reports).hasSize(2);
        source.close();
    }

    @Test
    void anErrorLeavesThePollAndSuspendsToo() {
        AioContext ctx = open(MonitorMode.AUTO);
        FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> fail(new AssertionError("2")));
        notifier.set();
        assertThatThrownBy(() -> ctx.poll(true))
                .isInstanceOf(AssertionError.class)
                .hasMessage("2");
        assertThat(source.isSuspended()).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        source.close();
    }

    @Test
    void oneThatClosedItselfFirstIsNotSuspended() {
        AioContext ctx = open(MonitorMode.AUTO);
        ctx.onReadable(notifier.fd(), (self, events) -> {
            self.close();
            fail(new Throwable("3"));
        });
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(reports).containsExactly("fd " + notifier.fd() + " threw 3");
        assertThat(ctx.source(notifier.fd())).isEmpty();
    }

    @Test
    void theExceptionHandlerMayResumeTheSource() {
        int[] calls = new int[1];
        AioContext ctx =
                opened.context(AioContext.builder().relay(RelayMode.OFF).exceptionHandler((source, failure) -> {
                    if (source != null && calls[0] < 3) {
                        source.resume();
                    }
                }));
        FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> {
            calls[0]++;
            fail(new Exception("4"));
        });
        notifier.set();
        for (int i = 0; i < 5; i++) {
            ctx.poll(false);
        }
        assertThat(calls[0]).isEqualTo(3);
        source.close();
    }

    @Test
    void aBottomHalfIsNamedAndNotSuspendedAndATaskHasNoSource() {
        AioContext ctx = open(MonitorMode.AUTO);
        BottomHalf half = ctx.newBottomHalf("half", () -> fail(new Throwable("5")));
        half.schedule();
        ctx.execute(() -> {
            throw new IllegalStateException("6");
        });
        ctx.poll(true);
        assertThat(reports).containsExactly("bottom half half threw 5", "null threw 6");
        half.schedule();
        ctx.poll(true);
        assertThat(reports).hasSize(3);
        half.close();
    }
}
