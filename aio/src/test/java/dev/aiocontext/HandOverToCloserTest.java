package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aiocontext.testkit.Eventually;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may close a context when its home thread has left run(), but has not ended. */
class HandOverToCloserTest {
    /** A home thread that does what it is told in steps, and lives until the test is over. */
    private static final class Home implements AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();

        @Nullable
        Throwable does(Runnable step) throws Exception {
            return thread.submit(() -> catchThrowable(step::run)).get(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }

    @Test
    void aLoopInAnExecutorIsClosedByTheOwnerOnceItHasTerminated() throws Exception {
        for (int round = 0; round < 200; round++) {
            try (AioContext ctx = AioContext.open()) {
                ExecutorService executor = Executors.newSingleThreadExecutor();
                executor.execute(ctx::run);
                executor.shutdown();
                ctx.stop();
                assertThat(executor.awaitTermination(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        }
    }

    @Test
    void aThreadThatHasLeftRunGivesTheContextUpToACloserAlone() throws Exception {
        try (Home home = new Home()) {
            AioContext ctx = AioContext.open();
            ctx.stop();
            assertThat(home.does(ctx::run)).isNull();
            assertThat(catchThrowable(() -> ctx.poll(false)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("only its home thread");
            assertThat(home.does(() -> assertThat(ctx.isHomeThread()).isTrue())).isNull();
            ctx.close();
            assertThat(home.does(() -> ctx.poll(false)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThat(home.does(ctx::run)).isInstanceOf(IllegalStateException.class);
            assertThat(home.does(ctx::close)).isNull();
        }
    }

    @Test
    void aThreadThatPollsAgainTakesTheContextBack() throws Exception {
        try (Home home = new Home()) {
            AioContext ctx = AioContext.open();
            ctx.stop();
            assertThat(home.does(ctx::run)).isNull();
            assertThat(home.does(() -> ctx.poll(false))).isNull();
            assertThatIllegalStateException().isThrownBy(ctx::close);
            assertThat(home.does(ctx::close)).isNull();
        }
    }

    @Test
    void anErrorThatLeavesRunGivesTheContextUpToo() throws Exception {
        try (Home home = new Home()) {
            AssertionError thrown = new AssertionError("a task");
            AioContext ctx = AioContext.builder()
                    .exceptionHandler((context, failure) -> {})
                    .open();
            ctx.execute(() -> {
                throw thrown;
            });
            assertThat(home.does(ctx::run)).isSameAs(thrown);
            ctx.close();
        }
    }

    @Test
    void aRunWithinAPollGivesNothingUp() throws Exception {
        try (Home home = new Home()) {
            AioContext ctx = AioContext.open();
            AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
            ctx.execute(() -> {
                ctx.stop();
                ctx.run();
                Thread closer = Thread.ofPlatform().start(() -> refused.set(catchThrowable(ctx::close)));
                Eventually.ends(closer);
            });
            assertThat(home.does(() -> ctx.poll(true))).isNull();
            assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
            assertThat(home.does(ctx::close)).isNull();
        }
    }

    /** The closer comes at any time; either it is refused, or nobody runs tasks beside it. */
    @Test
    void twoThreadsNeverPollAtOnceWhileOneClosesAndOneComesBack() throws Exception {
        for (int round = 0; round < 100; round++) {
            AioContext ctx = AioContext.open();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            int[] plain = new int[2]; // written by whoever polls, without synchronization: handed over with the context
            Runnable task = () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                plain[0]++;
                plain[1]++;
                Thread.onSpinWait();
                inside.decrementAndGet();
            };
            CountDownLatch running = new CountDownLatch(1);
            AtomicReference<@Nullable Throwable> end = new AtomicReference<>();
            Thread home = Thread.ofPlatform().daemon().start(() -> {
                end.set(catchThrowable(() -> {
                    while (true) {
                        ctx.execute(task);
                        ctx.stop();
                        ctx.run();
                        running.countDown();
                    }
                }));
                running.countDown();
            });
            running.await();
            ctx.threadPool().submit(() -> 1).whenComplete((one, failure) -> task.run());
            Throwable[] refused = new Throwable[1];
            Eventually.holds("the closer is not refused", () -> {
                Throwable thrown = catchThrowable(ctx::close);
                refused[0] = thrown;
                return thrown == null || !String.valueOf(thrown.getMessage()).contains("only its home thread");
            });
            Eventually.ends(home);
            assertThat(refused[0]).isNull();
            assertThat(end.get())
                    .isInstanceOfAny(
                            IllegalStateException.class, java.util.concurrent.RejectedExecutionException.class);
            assertThat(most.get()).isEqualTo(1);
            assertThat(plain[0]).isEqualTo(plain[1]);
        }
    }
}
