package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.aiocontext.testkit.LoopThread;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The futures of work on the loop and in the pool: completed on the loop, and no trap for the home thread. */
final class FutureTest {
    private static CompletableFuture<String> submit(AioContext context, boolean pool, Callable<String> work) {
        return pool ? context.threadPool().submit(work) : context.submit(work);
    }

    private static void pollUntilDone(AioContext context, CompletableFuture<?> future) {
        while (!future.isDone()) {
            context.poll(true);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFutureCompletesOnTheLoopAndOthersMayWait(boolean pool) throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            AtomicReference<Boolean> workOnLoop = new AtomicReference<>();
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<String> future = submit(loop.context, pool, () -> {
                workOnLoop.set(loop.context.isHomeThread());
                goOn.await();
                return "done";
            });
            CompletableFuture<Boolean> onLoop = future.thenApply(done -> loop.context.isHomeThread());
            goOn.countDown();
            assertThat(future.join()).isEqualTo("done");
            assertThat(future.get()).isEqualTo("done");
            assertThat(onLoop.get(2, TimeUnit.MINUTES)).isTrue();
            assertThat(workOnLoop).hasValue(!pool);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theHomeThreadIsRefusedToWaitUntilItIsDone(boolean pool) throws Exception {
        try (AioContext context = AioContext.open()) {
            context.poll(false);
            CompletableFuture<String> future = submit(context, pool, () -> "done");
            CompletableFuture<Integer> dependent =
                    future.thenApply(String::length).thenApplyAsync(n -> n + 1);
            for (CompletableFuture<?> each : new CompletableFuture<?>[] {future, dependent, future.copy()}) {
                assertThatIllegalStateException().isThrownBy(each::join).withMessageContaining("whenComplete");
                assertThatIllegalStateException().isThrownBy(each::get);
                assertThatIllegalStateException().isThrownBy(() -> each.get(1, TimeUnit.DAYS));
            }
            pollUntilDone(context, future);
            assertThat(future.join()).isEqualTo("done");
            assertThat(future.get()).isEqualTo("done");
            assertThat(future.get(1, TimeUnit.DAYS)).isEqualTo("done");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWorkThrowsCompletesTheFuture(boolean pool) {
        for (Throwable thrown : new Throwable[] {new IOException("broken"), new AssertionError("worse")}) {
            AtomicInteger reported = new AtomicInteger();
            try (AioContext context = AioContext.builder()
                    .exceptionHandler((source, failure) -> reported.incrementAndGet())
                    .open()) {
                CompletableFuture<String> future = submit(context, pool, () -> {
                    if (thrown instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) thrown;
                });
                pollUntilDone(context, future);
                assertThatExceptionOfType(CompletionException.class)
                        .isThrownBy(future::join)
                        .withCause(thrown);
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(future::get)
                        .withCause(thrown);
            }
            assertThat(reported).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatHasNotBegunIsCancelledAndCompletesOnTheLoop(boolean pool) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        try (LoopThread loop =
                new LoopThread(AioContext.builder().maximumPoolThreads(1).open())) {
            CompletableFuture<String> first = submit(loop.context, pool, () -> {
                entered.countDown();
                leave.await();
                return "first";
            });
            entered.await();
            CompletableFuture<String> second = submit(loop.context, pool, () -> {
                calls.incrementAndGet();
                return "second";
            });
            CompletableFuture<Boolean> onLoop = second.handle(
                    (result, failure) -> failure instanceof CancellationException && loop.context.isHomeThread());
            boolean cancelled = second.cancel(true) && second.cancel(false);
            boolean cancelledWhileItRan = first.cancel(true);
            leave.countDown();
            assertThat(cancelled).isTrue();
            assertThat(cancelledWhileItRan).isFalse();

            assertThat(first.join()).isEqualTo("first");
            assertThat(onLoop.join()).isTrue();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(second::join);
            assertThat(second.isCancelled()).isTrue();
            assertThat(first.cancel(true)).isFalse();
            assertThat(calls).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theEndOfTheContextCompletesEveryFuture(boolean pool) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AioContext context = AioContext.builder().maximumPoolThreads(1).open();
        CompletableFuture<String> running = submit(context, pool, () -> {
            entered.countDown();
            return "done";
        });
        CompletableFuture<String> waiting = submit(context, pool, () -> "done too");
        if (pool) {
            entered.await();
        }
        context.close();

        assertThat(running.join()).isEqualTo("done");
        assertThat(waiting.isDone()).isTrue();
        assertThat(waiting.isCancelled() || "done too".equals(waiting.join())).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> submit(context, pool, () -> "late"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theEndOfTheContextRunsAsynchronousStagesToo(boolean pool) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AioContext context = AioContext.open();
        CompletableFuture<Thread> stage = submit(context, pool, () -> {
                    entered.countDown();
                    return "done";
                })
                .thenRunAsync(() -> {})
                .thenApplyAsync(done -> Thread.currentThread());
        if (pool) {
            entered.await();
        }
        context.close();
        assertThat(stage).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void anAsynchronousStageOfAnotherThreadIsRefusedAfterTheEndOfTheContext() throws Exception {
        AioContext context = AioContext.open();
        CompletableFuture<String> future = context.submit(() -> "done");
        context.close();
        AtomicReference<CompletableFuture<Void>> stage = new AtomicReference<>();
        Thread.ofPlatform()
                .start(() -> stage.set(future.thenRunAsync(() -> {})))
                .join();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> stage.get().join())
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aStageThatIsAttachedLateRunsOnTheLoopIfItIsAsynchronous() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            CompletableFuture<Integer> future = loop.context.threadPool().submit(() -> 1);
            future.join();
            assertThat(future.thenApply(one -> loop.context.isHomeThread()).join())
                    .isFalse();
            assertThat(future.thenApplyAsync(one -> loop.context.isHomeThread()).join())
                    .isTrue();
        }
    }
}
