package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Futures of work that a loop completes. */
class LoopFutureTest {
    @Test
    void itCompletesOnTheLoopAndOtherThreadsMayWaitForIt() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            CompletableFuture<Boolean> called = loop.context.submit(loop.context::isHomeThread);
            assertThat(called.join()).isTrue();
            CompletableFuture<Boolean> answered =
                    loop.context.threadPool().submit(() -> 1).thenApply(one -> loop.context.isHomeThread());
            CompletableFuture<Boolean> worked = loop.context.threadPool().submit(loop.context::isHomeThread);
            assertThat(worked.join()).isFalse();
            assertThat(answered).succeedsWithin(Duration.ofMinutes(1));
        }
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

    @Test
    void theHomeThreadIsRefusedToWaitForItself() throws Exception {
        try (AioContext ctx = AioContext.open()) {
            ctx.poll(false);
            for (int kind = 0; kind < 2; kind++) {
                CompletableFuture<Integer> future =
                        kind == 0 ? ctx.submit(() -> 1) : ctx.threadPool().submit(() -> 1);
                CompletableFuture<Integer> dependent = future.thenApply(one -> one + 1);
                assertThatThrownBy(future::join)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(ctx.name());
                assertThatThrownBy(future::get).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> future.get(1, TimeUnit.HOURS)).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(dependent::join).isInstanceOf(IllegalStateException.class);
                while (!future.isDone()) {
                    ctx.poll(true);
                }
                assertThat(future.join()).isOne();
                assertThat(dependent.get()).isEqualTo(2);
            }
        }
    }

    @Test
    void aCallIsCancelledUntilItBeginsAndTheLoopSaysSo() {
        try (AioContext ctx = AioContext.open()) {
            List<String> ran = new ArrayList<>();
            CompletableFuture<Boolean> cancelled = ctx.submit(() -> ran.add("never"));
            cancelled.whenComplete((none, failure) -> ran.add("home " + ctx.isHomeThread()));
            assertThat(cancelled.cancel(true)).isTrue();
            assertThat(cancelled.cancel(true)).isTrue();
            assertThat(cancelled).isNotDone();
            ctx.poll(true);
            assertThat(cancelled).isCancelled();
            assertThat(ran).containsExactly("home true");
            assertThatThrownBy(cancelled::join).isInstanceOf(CancellationException.class);
            CompletableFuture<Integer> made = ctx.submit(() -> 1);
            ctx.poll(true);
            assertThat(made.cancel(true)).isFalse();
        }
    }

    @Test
    void whatACallThrowsIsItsResultAndGoesNowhereElse() {
        List<Throwable> reported = new ArrayList<>();
        try (AioContext ctx = AioContext.builder()
                .exceptionHandler((source, failure) -> reported.add(failure))
                .open()) {
            CompletableFuture<Integer> failing = ctx.submit(() -> {
                throw new AssertionError("on purpose");
            });
            ctx.poll(true);
            assertThatThrownBy(failing::join)
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseMessage("on purpose");
        }
        assertThat(reported).isEmpty();
    }

    @Test
    void closingMakesTheCallsThatWereAcceptedAndRefusesTheRest() {
        AioContext ctx = AioContext.open();
        CompletableFuture<Integer> accepted = ctx.submit(() -> 1);
        ctx.close();
        assertThat(accepted.join()).isOne();
        assertThatThrownBy(() -> ctx.submit(() -> 2)).isInstanceOf(RejectedExecutionException.class);
    }
}
