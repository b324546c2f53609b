package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("architecture")
class AioContextTest {
    private static final Logger LOGGER = Logger.getLogger(AioContext.class.getName());

    @BeforeAll
    static void callbacksFailOnPurpose() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void othersDoNot() {
        LOGGER.setLevel(null);
    }

    @Test
    void aTaskOfAnotherThreadWakesABlockedLoop() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            for (int i = 0; i < 100; i++) {
                loop.awaitBlocked();
                AtomicReference<Thread> ranOn = new AtomicReference<>();
                loop.context.execute(() -> ranOn.set(Thread.currentThread()));
                Eventually.holds("the task runs", () -> ranOn.get() != null);
                assertThat(ranOn.get()).isSameAs(loop.thread);
            }
        }
    }

    @Test
    void aBareWakeupMakesThePollUnderWayReturnWithoutProgress() {
        AioContext ctx = AioContext.open();
        AtomicInteger returned = new AtomicInteger();
        Thread loop = Thread.ofPlatform().name("poller").daemon().start(() -> {
            boolean progress = ctx.poll(true);
            returned.set(progress ? 2 : 1);
        });
        Eventually.holds("the loop blocks", () -> KernelThreads.isSleeping("poller"));
        ctx.wakeup();
        Eventually.ends(loop);
        assertThat(returned).hasValue(1);
        ctx.close();
    }

    @Test
    void bareWakeupsBetweenTwoPollsCountAsOneAndAreNotForgotten() {
        try (AioContext ctx = AioContext.open()) {
            ctx.wakeup();
            ctx.wakeup();
            assertThat(ctx.poll(true)).isFalse();
            ctx.execute(() -> {});
            assertThat(ctx.poll(true)).isTrue();
        }
    }

    @Test
    void aStopThatComesBeforeRunIsNotForgotten() {
        try (AioContext ctx = AioContext.open()) {
            ctx.stop();
            ctx.run();
            ctx.execute(ctx::stop);
            ctx.run();
        }
    }

    @Test
    void runIsNotToBeNestedButPollIs() {
        try (AioContext ctx = AioContext.open()) {
            AtomicReference<Throwable> nested = new AtomicReference<>();
            ctx.execute(() -> {
                nested.set(catchThrowable(ctx::run));
                ctx.poll(false);
                ctx.stop();
            });
            ctx.run();
            assertThat(nested.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("already running");
        }
    }

    @Test
    void onlyTheHomeThreadMayPoll() {
        try (LoopThread loop = new LoopThread(AioContext.builder().name("mine").open())) {
            loop.awaitBlocked();
            assertThatThrownBy(() -> loop.context.poll(false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("mine")
                    .hasMessageContaining("loop");
            assertThatThrownBy(loop.context::run).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(loop.context::close).isInstanceOf(IllegalStateException.class);
            assertThat(loop.context.isHomeThread()).isFalse();
        }
    }

    @Test
    void aVirtualThreadIsRefusedByName() {
        try (AioContext ctx = AioContext.open()) {
            AtomicReference<Throwable> refused = new AtomicReference<>();
            Thread virtual =
                    Thread.ofVirtual().name("vt").start(() -> refused.set(catchThrowable(() -> ctx.poll(false))));
            Eventually.ends(virtual);
            assertThat(refused.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("platform thread")
                    .hasMessageContaining("vt");
        }
    }

    @Test
    void whenTheHomeThreadHasEndedAnotherMayTakeItsPlace() {
        AioContext ctx = AioContext.open();
        Eventually.ends(Thread.ofPlatform().start(() -> ctx.poll(false)));
        ctx.execute(() -> {});
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.isHomeThread()).isTrue();
        ctx.close();
    }

    @Test
    void anExceptionGoesToTheHandlerAndTheLoopGoesOn() {
        List<Throwable> handled = new ArrayList<>();
        try (AioContext ctx = AioContext.builder()
                .exceptionHandler((context, failure) -> handled.add(failure))
                .open()) {
            IllegalArgumentException failure = new IllegalArgumentException("callback");
            boolean[] ran = new boolean[1];
            ctx.execute(() -> {
                throw failure;
            });
            ctx.execute(() -> ran[0] = true);
            assertThat(ctx.poll(false)).isTrue();
            assertThat(handled).containsExactly(failure);
            assertThat(ran[0]).isTrue();
        }
    }

    @Test
    void anErrorGoesToTheHandlerAndLeavesRunButNoTaskIsLost() {
        List<Throwable> handled = new ArrayList<>();
        try (AioContext ctx = AioContext.builder()
                .exceptionHandler((context, failure) -> handled.add(failure))
                .open()) {
            AssertionError failure = new AssertionError("callback");
            boolean[] ran = new boolean[1];
            ctx.execute(() -> {
                throw failure;
            });
            ctx.execute(() -> ran[0] = true);
            assertThatThrownBy(ctx::run).isSameAs(failure);
            assertThat(handled).containsExactly(failure);
            assertThat(ran[0]).isFalse();
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ran[0]).isTrue();
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheLoop() {
        try (AioContext ctx = AioContext.builder()
                .exceptionHandler((context, failure) -> {
                    throw new IllegalStateException("handler");
                })
                .open()) {
            ctx.execute(() -> {
                throw new IllegalArgumentException("callback");
            });
            boolean[] ran = new boolean[1];
            ctx.execute(() -> ran[0] = true);
            assertThat(ctx.poll(false)).isTrue();
            assertThat(ran[0]).isTrue();
        }
    }

    @Test
    void aHandlerMayThrowTheFailureOn() {
        try (AioContext ctx = AioContext.builder()
                .exceptionHandler((context, failure) -> {
                    throw (RuntimeException) failure;
                })
                .open()) {
            ctx.execute(() -> {
                throw new IllegalArgumentException("callback");
            });
            assertThat(ctx.poll(false)).isTrue();
        }
    }

    @Test
    void theSameErrorTwiceDoesNotKeepCloseFromFreeingEverything() {
        AioContext.open().close(); // what the JVM opens by the way, it has by now
        Map<Integer, String> before = OpenFiles.now();
        AioContext ctx = AioContext.open();
        AssertionError failure = new AssertionError("always the same");
        for (int i = 0; i < 3; i++) {
            ctx.execute(() -> {
                throw failure;
            });
        }
        assertThatThrownBy(ctx::close).isSameAs(failure);
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void aVirtualThreadMayOpenAndClose() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread virtual = Thread.ofVirtual()
                .start(() -> failure.set(catchThrowable(() -> AioContext.open().close())));
        Eventually.ends(virtual);
        assertThat(failure.get()).isNull();
    }

    @Test
    void whatWasAcceptedIsRunAtTheLatestByClose() {
        AioContext ctx = AioContext.open();
        List<String> ran = new ArrayList<>();
        AtomicReference<Throwable> refused = new AtomicReference<>();
        ctx.execute(() -> {
            ran.add("first");
            refused.set(catchThrowable(() -> ctx.execute(() -> ran.add("too late"))));
        });
        ctx.execute(() -> ran.add("second"));
        ctx.close();
        assertThat(ran).containsExactly("first", "second");
        assertThat(refused.get()).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void anErrorDuringCloseDoesNotKeepTheRestFromBeingRunAndFreed() {
        AioContext ctx = AioContext.open();
        AssertionError failure = new AssertionError("callback");
        boolean[] ran = new boolean[1];
        ctx.execute(() -> {
            throw failure;
        });
        ctx.execute(() -> ran[0] = true);
        assertThatThrownBy(ctx::close).isSameAs(failure);
        assertThat(ran[0]).isTrue();
        assertThatThrownBy(() -> ctx.poll(false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void callsAfterCloseAreRefusedOrHarmless() {
        AioContext ctx = AioContext.open();
        BottomHalf bh = ctx.newBottomHalf("bh", () -> {});
        bh.close();
        AioThreadPool pool = ctx.threadPool();
        ctx.close();
        assertThatThrownBy(() -> ctx.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> ctx.poll(false)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ctx::run).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ctx::wakeup).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ctx.newBottomHalf("late", () -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ctx.onReadable(0, (source, events) -> {})).isInstanceOf(IllegalStateException.class);
        assertThat(ctx.isClosed()).isTrue();
        assertThat(ctx.source(0)).isEmpty();
        assertThatThrownBy(() -> pool.submit(() -> 1).whenComplete((value, failure) -> {}))
                .isInstanceOf(RejectedExecutionException.class);
        ctx.stop();
        ctx.close();
    }

    @Test
    void itCannotBeClosedFromWithinItsOwnCallback() {
        try (AioContext ctx = AioContext.open()) {
            AtomicReference<Throwable> refused = new AtomicReference<>();
            ctx.execute(() -> refused.set(catchThrowable(ctx::close)));
            assertThat(ctx.poll(false)).isTrue();
            assertThat(refused.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("callback");
        }
    }

    @Test
    void badArgumentsAreRefusedBeforeAnythingHappens() {
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            assertThatThrownBy(() -> ctx.onReadable(-1, (source, events) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ctx.onReadable(999_999, (source, events) -> {}))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("EBADF");
            assertThatThrownBy(() -> AioContext.builder().maximumPoolThreads(0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> SigioSource.on(ctx, signal -> {})).isInstanceOf(IllegalStateException.class);
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    @Test
    void wakeupsAreCounted() {
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            ctx.execute(() -> {});
            ctx.execute(() -> {});
            ctx.poll(true);
            ctx.wakeup();
            ctx.poll(true);
            AioStatistics counted = ctx.statistics();
            assertThat(counted.polls()).isEqualTo(2);
            assertThat(counted.wakeups().asked()).isEqualTo(3);
            assertThat(counted.wakeups().skipped()).isEqualTo(3);
            assertThat(counted.wakeups().rung()).isZero();
            assertThat(counted.relay().relayed()).isZero();
            assertThat(counted.polling().time()).isZero();
        }
    }

    @Test
    void oneRingPerArmingIsCountedForABlockedLoop() {
        try (LoopThread loop =
                new LoopThread(AioContext.builder().relay(RelayMode.OFF).open())) {
            loop.awaitBlocked();
            long before = loop.context.statistics().wakeups().rung();
            boolean[] ran = new boolean[1];
            loop.context.execute(() -> ran[0] = true);
            Eventually.holds("the task runs", () -> ran[0]);
            assertThat(loop.context.statistics().wakeups().rung()).isEqualTo(before + 1);
        }
    }
}
