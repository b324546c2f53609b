package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Polling until a condition is gone. */
class WaitWhileTest {
    private static final int ROUNDS = 20_000;

    /** Written plainly: the wake-up is to publish it. */
    private int turn;

    @Test
    void aConditionThatDoesNotHoldPollsNothing() {
        try (AioContext ctx = AioContext.open()) {
            ctx.waitWhile(() -> false);
            assertThat(ctx.statistics().polls()).isZero();
            assertThat(ctx.isHomeThread()).isTrue();
        }
    }

    @Test
    void aCallbackOfTheLoopEndsIt() {
        try (AioContext ctx = AioContext.open()) {
            AtomicInteger ticks = new AtomicInteger();
            try (AioTimer timer = ctx.newTimer("tick", (source, missed) -> ticks.incrementAndGet())) {
                timer.arm(Duration.ofNanos(1), Duration.ofMillis(1));
                ctx.waitWhile(() -> ticks.get() < 3);
            }
            assertThat(ticks).hasValueGreaterThanOrEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 32_768})
    void noKickIsMissed(long pollingNanos) {
        try (AioContext ctx =
                AioContext.builder().polling(Duration.ofNanos(pollingNanos)).open()) {
            AtomicInteger acknowledged = new AtomicInteger();
            Thread kicker = Thread.ofPlatform().daemon().start(() -> {
                for (int i = 1; i <= ROUNDS; i++) {
                    int round = i;
                    Eventually.holds("the loop has seen the turn before", () -> acknowledged.get() == round - 1);
                    turn = round;
                    ctx.wakeup();
                }
            });
            for (int i = 1; i <= ROUNDS; i++) {
                int round = i;
                ctx.waitWhile(() -> turn < round);
                acknowledged.set(round);
            }
            Eventually.ends(kicker);
        }
    }

    @Test
    void aKickRightAfterALookIsNotMissed() {
        try (AioContext ctx = AioContext.open()) {
            AtomicInteger looks = new AtomicInteger();
            Thread home = Thread.ofPlatform()
                    .daemon()
                    .start(() -> ctx.waitWhile(() -> {
                        boolean first = looks.incrementAndGet() == 1;
                        if (first) {
                            ctx.wakeup(); // another thread ends the condition now
                        }
                        return first;
                    }));
            Eventually.ends(home);
            assertThat(looks).hasValue(2);
        }
    }

    @Test
    void theConditionIsLookedAtBetweenTheCallbackThatEndsItAndTheNextSleep() {
        try (AioContext ctx = AioContext.open()) {
            AtomicBoolean waiting = new AtomicBoolean(true);
            ctx.execute(() -> waiting.set(false));
            Eventually.ends(Thread.ofPlatform().daemon().start(() -> ctx.waitWhile(waiting::get)));
        }
    }

    @Test
    void itSleepsUntilSomethingHappens() {
        try (AioContext ctx = AioContext.builder().polling(Duration.ZERO).open()) {
            AtomicBoolean waiting = new AtomicBoolean(true);
            ctx.after(Duration.ofMillis(30), () -> waiting.set(false));
            ctx.waitWhile(waiting::get);
            assertThat(ctx.statistics().polls()).isLessThan(100); // thousands, if it does not sleep
        }
    }

    @Test
    void aCallbackMayWait() {
        try (AioContext ctx = AioContext.open()) {
            AtomicBoolean inner = new AtomicBoolean(true);
            AtomicBoolean outer = new AtomicBoolean(true);
            ctx.execute(() -> {
                ctx.execute(() -> inner.set(false));
                ctx.waitWhile(inner::get);
                outer.set(false);
            });
            ctx.waitWhile(outer::get);
            assertThat(inner).isFalse();
        }
    }

    @Test
    void aKickForTheOuterConditionThatANestedWaitTakesIsNotMissed() {
        try (AioContext ctx = AioContext.open()) {
            AtomicBoolean inner = new AtomicBoolean(true);
            AtomicBoolean outer = new AtomicBoolean(true);
            ctx.execute(() -> {
                outer.set(false);
                ctx.wakeup();
                ctx.waitWhile(() -> {
                    if (!ctx.poll(false)) {
                        inner.set(false);
                    }
                    return inner.get();
                });
            });
            ctx.waitWhile(outer::get);
            assertThat(inner).isFalse();
        }
    }

    @Test
    void anotherThreadIsRefusedAndToldWhatToDo() {
        try (LoopThread loop =
                new LoopThread(AioContext.builder().name("waited").open())) {
            loop.awaitBlocked();
            assertThatThrownBy(() -> loop.context.waitWhile(() -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("waitWhile() polls AioContext waited, so only its home thread ")
                    .hasMessageContaining(loop.thread.getName())
                    .hasMessageEndingWith("which can wait for a future of submit()");
        }
    }

    @Test
    void aVirtualThreadIsRefused() throws InterruptedException {
        try (AioContext ctx = AioContext.open()) {
            AtomicBoolean refused = new AtomicBoolean();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            ctx.waitWhile(() -> false);
                        } catch (IllegalStateException expected) {
                            refused.set(expected.toString().contains("platform thread"));
                        }
                    })
                    .join();
            assertThat(refused).isTrue();
        }
    }

    @Test
    void aClosedContextIsRefused() {
        AioContext ctx = AioContext.open();
        ctx.close();
        assertThatThrownBy(() -> ctx.waitWhile(() -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void anExceptionOfTheConditionEndsTheWaitAndNothingElse() {
        try (AioContext ctx = AioContext.open()) {
            IllegalArgumentException planned = new IllegalArgumentException("as planned");
            assertThatThrownBy(() -> ctx.waitWhile(() -> {
                        throw planned;
                    }))
                    .isSameAs(planned);
            AtomicBoolean ran = new AtomicBoolean();
            ctx.execute(() -> ran.set(true));
            ctx.waitWhile(() -> !ran.get());
        }
    }

    @Test
    void stopDoesNotEndItAndIsNotForgotten() {
        try (AioContext ctx = AioContext.open()) {
            AtomicInteger looks = new AtomicInteger();
            ctx.stop();
            ctx.waitWhile(() -> {
                ctx.wakeup();
                return looks.incrementAndGet() < 5;
            });
            assertThat(looks).hasValue(5);
            ctx.run();
        }
    }
}
