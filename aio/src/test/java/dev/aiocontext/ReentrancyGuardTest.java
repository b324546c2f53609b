package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bottom halves that share a guard do not run within each other. */
class ReentrancyGuardTest {
    private final List<String> events = new ArrayList<>();
    private final AioContext ctx = AioContext.builder()
            .exceptionHandler((source, failure) -> events.add(source + "! " + failure.getMessage()))
            .open();
    private final ReentrancyGuard guard = ctx.newGuard("device");
    private final BottomHalf inner = ctx.newBottomHalf("inner", guard, () -> events.add("inner"));

    @AfterEach
    void close() {
        inner.close();
        ctx.close();
    }

    private BottomHalf outer(Task callback) {
        return ctx.newBottomHalf("outer", guard, () -> {
            events.add("outer");
            callback.run();
            events.add("end");
        });
    }

    private static final String REPORT = "bottom half inner! bottom half inner was to run within bottom half outer, "
            + "and both have the guard device: it runs after that has ended";

    @Test
    void theInnerOneIsReportedAndRunsAfterTheOuterOne() {
        try (BottomHalf outer = outer(() -> {
            inner.schedule();
            ctx.poll(false);
        })) {
            outer.schedule();
            ctx.poll(true);
            assertThat(events).containsExactly("outer", REPORT, "end");
            ctx.poll(true);
            assertThat(events).endsWith("end", "inner");
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @Test
    void oneThatSchedulesItselfIsNotEnteredTwice() {
        List<BottomHalf> self = new ArrayList<>();
        try (BottomHalf outer = outer(() -> {
            if (events.size() == 1) {
                self.get(0).schedule();
                ctx.poll(false);
            }
        })) {
            self.add(outer);
            outer.schedule();
            ctx.poll(true);
            ctx.poll(true);
            assertThat(events).hasSize(5).element(1).asString().startsWith("bottom half outer! ");
            assertThat(events).endsWith("end", "outer", "end");
        }
    }

    @Test
    void aNestedPollSleepsAlthoughOneIsTurnedAway() {
        try (BottomHalf outer = outer(() -> {
            inner.schedule();
            while (ctx.poll(false)) {}
            assertThat(ctx.poll(Duration.ofMillis(1))).isFalse();
        })) {
            outer.schedule();
            ctx.poll(true);
            assertThat(events).containsExactly("outer", REPORT, "end");
        }
    }

    @Test
    void eachTryIsReportedAndOneRunFollows() {
        try (BottomHalf outer = outer(() -> {
            for (int i = 0; i < 3; i++) {
                inner.schedule();
                ctx.poll(false);
            }
        })) {
            outer.schedule();
            while (ctx.poll(false)) {}
            assertThat(events).containsExactly("outer", REPORT, REPORT, REPORT, "end", "inner");
        }
    }

    @Test
    void oneThatIsTurnedAwayCanBeCancelledSuspendedAndClosed() {
        for (Task after : List.<Task>of(inner::cancel, inner::suspend, inner::close)) {
            events.clear();
            try (BottomHalf outer = outer(() -> {
                inner.schedule();
                ctx.poll(false);
                after.run();
            })) {
                outer.schedule();
                while (ctx.poll(false)) {}
                assertThat(events).containsExactly("outer", REPORT, "end");
                if (inner.isOpen() && inner.isSuspended()) {
                    inner.resume();
                    while (ctx.poll(false)) {}
                    assertThat(events).endsWith("inner");
                }
            }
        }
    }

    @Test
    void idleOnesAreTurnedAwayToo() {
        try (BottomHalf outer = outer(() -> {
            inner.scheduleIdle();
            ctx.poll(true);
        })) {
            outer.schedule();
            while (ctx.poll(false)) {}
            assertThat(events).containsExactly("outer", REPORT, "end", "inner");
        }
    }

    @Test
    void oneWithAnotherGuardOrWithoutRunsWithin() {
        try (BottomHalf free = ctx.newBottomHalf("free", () -> events.add("free"));
                BottomHalf other = ctx.newBottomHalf("other", ctx.newGuard("2"), () -> events.add("other"));
                BottomHalf outer = outer(() -> {
                    free.schedule();
                    other.schedule();
                    ctx.poll(false);
                })) {
            outer.schedule();
            ctx.poll(true);
            assertThat(events).containsExactly("outer", "free", "other", "end");
        }
    }

    @Test
    void theGuardIsFreeAfterACallbackThatThrew() {
        try (BottomHalf failing = ctx.newBottomHalf("failing", guard, () -> {
                    throw new IllegalStateException("as planned");
                });
                BottomHalf dying = ctx.newBottomHalf("dying", guard, () -> {
                    throw new AssertionError("as planned");
                })) {
            failing.schedule();
            ctx.poll(true);
            dying.schedule();
            assertThatThrownBy(() -> ctx.poll(true)).isInstanceOf(AssertionError.class);
            inner.schedule();
            ctx.poll(true);
            assertThat(events).endsWith("inner");
        }
    }

    @Test
    void noneIsLostIfTheContextIsClosedAfterwards() {
        CompletableFuture<String> late = new CompletableFuture<>();
        AioContext other =
                AioContext.builder().exceptionHandler((source, failure) -> {}).open();
        ReentrancyGuard shared = other.newGuard("shared");
        BottomHalf second = other.newBottomHalf("second", shared, () -> late.complete("ran"));
        BottomHalf first = other.newBottomHalf("first", shared, () -> {
            second.schedule();
            other.poll(false);
        });
        first.schedule();
        other.poll(true);
        other.close();
        assertThat(late).isCompletedWithValue("ran");
        assertThat(first.isOpen()).isFalse();
    }

    @Test
    void theGuardOfAnotherContextIsRefused() {
        try (AioContext other = AioContext.builder().name("other").open()) {
            assertThatThrownBy(() -> other.newBottomHalf("b", guard, () -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("guard device is not a guard of AioContext other");
        }
    }
}
