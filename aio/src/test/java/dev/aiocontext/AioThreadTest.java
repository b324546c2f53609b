package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A thread that runs a context, which context a thread runs, and a poll with a limit. */
class AioThreadTest {
    @Test
    void itRunsItsContextUntilItIsClosedByAnyThread() {
        AioThread io = AioThread.start("io");
        assertThat(io.context().submit(Thread::currentThread).join()).isSameAs(io.thread());
        assertThat(io.thread().getName()).isEqualTo("io");
        assertThat(io).hasToString("AioThread io");
        Thread closer = Thread.startVirtualThread(io::close);
        Eventually.ends(closer);
        assertThat(io.thread().isAlive()).isFalse();
        assertThat(io.context().isClosed()).isTrue();
        io.close();
    }

    @Test
    void theErrorThatEndsItIsToldAlsoIfItsEndThrowsTheVerySame() {
        AioThread io =
                AioThread.start(AioContext.builder().relay(RelayMode.OFF).exceptionHandler((source, failure) -> {}));
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        io.thread().setUncaughtExceptionHandler((thread, failure) -> told.complete(failure));
        AssertionError error = new AssertionError("an error of a task");
        io.context().execute(() -> {
            io.context().execute(() -> {
                throw error; // when the context is closed
            });
            throw error;
        });
        assertThat(told.join()).isSameAs(error);
        Eventually.ends(io.thread());
        assertThat(io.context().isClosed()).isTrue();
    }

    @Test
    void itCannotCloseItselfButStop() {
        AioThread io = AioThread.start(AioContext.builder().name("self").relay(RelayMode.OFF));
        CompletableFuture<String> refused = io.context().submit(() -> {
            try {
                io.close();
                return "closed";
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        });
        assertThat(refused.join()).contains("AioThread self").contains("stop");
        io.context().stop();
        Eventually.ends(io.thread());
        assertThat(io.context().isClosed()).isTrue();
    }

    @Test
    void aThreadOfItsPoolCannotCloseItButStop() {
        AioThread io = AioThread.start(AioContext.builder().name("held").relay(RelayMode.OFF));
        AioThreadPool pool = io.context().threadPool();
        assertThatIllegalStateException()
                .isThrownBy(() -> onPool(pool, io::close))
                .withMessageContainingAll("close()", "AioContext held", "held-worker-1", "stop()");
        onPool(pool, io.context()::stop);
        Eventually.ends(io.thread());
        assertThat(io.context().isClosed()).isTrue();
    }

    @Test
    @SuppressWarnings("try") // what is tested is that another thread closes them, or may not
    void aThreadOfItsPoolCannotCloseAContextThatNobodyPolls() {
        try (AioContext ctx =
                        AioContext.builder().name("idle").relay(RelayMode.OFF).open();
                AioContext other =
                        AioContext.builder().name("other").relay(RelayMode.OFF).open()) {
            CompletableFuture<@Nullable String> refused = new CompletableFuture<>();
            ctx.threadPool().submit(() -> {
                other.close(); // it waits for another pool
                try {
                    ctx.close();
                    return refused.complete("closed");
                } catch (IllegalStateException e) {
                    return refused.complete(e.getMessage());
                }
            });
            assertThat(refused.join()).contains("AioContext idle").contains("idle-worker-1");
            assertThat(ctx.isClosed()).isFalse();
            assertThat(other.isClosed()).isTrue();
        }
    }

    private static void onPool(AioThreadPool pool, Runnable work) {
        try {
            pool.submit(Executors.callable(work)).join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    @Test
    void oneThatIsClosedBeforeItBeganEndsToo() {
        for (int i = 0; i < 100; i++) {
            AioThread.start("short").close();
        }
    }

    @Test
    void anErrorEndsItAndClosesTheContext() {
        AioThread io = AioThread.start(
                AioContext.builder().name("doomed").relay(RelayMode.OFF).exceptionHandler((source, failure) -> {}));
        AtomicReference<@Nullable Throwable> uncaught = new AtomicReference<>();
        io.thread().setUncaughtExceptionHandler((thread, failure) -> uncaught.set(failure));
        io.context().execute(() -> {
            throw new AssertionError("on purpose");
        });
        Eventually.ends(io.thread());
        assertThat(uncaught.get()).isInstanceOf(AssertionError.class);
        assertThat(io.context().isClosed()).isTrue();
        io.close();
    }

    @Test
    void theCurrentContextIsThatOfTheInnermostPoll() {
        List<AioContext> seen = new ArrayList<>();
        try (AioContext outer = AioContext.open();
                AioContext inner = AioContext.open()) {
            assertThat(AioContext.current()).isEmpty();
            inner.execute(() -> seen.add(AioContext.current().orElseThrow()));
            outer.execute(() -> {
                seen.add(AioContext.current().orElseThrow());
                inner.poll(true);
                seen.add(AioContext.current().orElseThrow());
            });
            outer.poll(true);
            assertThat(seen).containsExactly(outer, inner, outer);
            assertThat(AioContext.current()).isEmpty();
            outer.execute(() -> {
                throw new AssertionError("on purpose");
            });
            assertThatThrownBy(() -> outer.poll(true)).isInstanceOf(AssertionError.class);
            assertThat(AioContext.current()).isEmpty();
        }
    }

    @Test
    void aCallbackThatCloseCallsKnowsItsContextToo() {
        List<AioContext> seen = new ArrayList<>();
        AioContext ctx = AioContext.open();
        ctx.execute(() -> seen.add(AioContext.current().orElseThrow()));
        ctx.close();
        assertThat(seen).containsExactly(ctx);
        assertThat(AioContext.current()).isEmpty();
    }

    @Test
    void aPollWithALimitEndsNotEarlierButForWork() {
        try (AioContext ctx = AioContext.open()) {
            assertThat(ctx.poll(Duration.ZERO)).isFalse();
            for (Duration limit : List.of(Duration.ofNanos(1), Duration.ofMillis(3), Duration.ofMillis(20))) {
                long began = System.nanoTime();
                assertThat(ctx.poll(limit)).isFalse();
                assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(limit.toNanos());
            }
            Thread worker = Thread.startVirtualThread(() -> ctx.execute(() -> {}));
            assertThat(ctx.poll(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
            Eventually.ends(worker);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ctx.poll(Duration.ofNanos(-1)))
                    .withMessageContaining("-");
        }
    }

    @Test
    void aContextSaysWhatItIs() {
        AioContext ctx = AioContext.builder().name("mine").open();
        assertThat(ctx).hasToString("AioContext mine (no home thread)");
        assertThat(ctx.isClosed()).isFalse();
        ctx.poll(false);
        assertThat(ctx)
                .hasToString(
                        "AioContext mine (home thread " + Thread.currentThread().getName() + ")");
        ctx.close();
        assertThat(ctx).hasToString("AioContext mine (closed)");
        assertThat(ctx.isClosed()).isTrue();
    }
}
