package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every adapter that embeds a context does, whatever the outer loop is. */
abstract class EmbeddingContract {
    final Opened opened = new Opened();
    final List<String> reports = new CopyOnWriteArrayList<>();
    final AtomicInteger calls = new AtomicInteger();

    /** {@return the outer loop} */
    abstract OuterLoop outer();

    /** {@return what the adapter calls itself} */
    abstract String name();

    /** Embeds a context until {@link #opened} is closed. */
    abstract AutoCloseable embed(AioContext ctx);

    final AioContext context(RelayMode relay) {
        return opened.context(AioContext.builder()
                .relay(relay)
                .exceptionHandler((source, failure) -> reports.add(failure.getMessage())));
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD"})
    void noWakeupIsLostAndTheOuterLoopDoesNotPoll(RelayMode relay) {
        AioContext ctx = context(relay);
        embed(ctx);
        try (EmbeddedLoad load = new EmbeddedLoad(ctx, outer())) {
            load.run(Rounds.of(100_000));
        }
    }

    @Test
    void aStreamOfTasksStarvesNeitherLoop() {
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        Runnable[] again = new Runnable[1];
        again[0] = () -> ctx.execute(again[0]);
        ctx.execute(again[0]);
        for (int round = 0; round < 20; round++) {
            int before = calls.get();
            outer().execute(calls::incrementAndGet);
            ctx.after(Duration.ofNanos(100_000), calls::incrementAndGet);
            Eventually.holds("both are called", () -> calls.get() == before + 2);
        }
        ctx.execute(() -> again[0] = () -> {});
        outer().awaitBlocked(ctx);
    }

    @Test
    void aWakeupAnnouncesWhatAHookLooksAtAndATaskOfTheOuterLoopHasChanged() {
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        AtomicInteger wanted = new AtomicInteger();
        opened.add(ctx.newHook("hook", wait -> calls.set(wanted.get())));
        for (int round = 1; round <= 20; round++) {
            int number = round;
            outer().awaitBlocked(ctx);
            outer().execute(() -> {
                wanted.set(number);
                ctx.wakeup();
            });
            Eventually.holds("the hook looks", () -> calls.get() == number);
        }
    }

    @Test
    void whatTheExceptionHandlerThrowsItselfIsToldWithTheNameOfTheEmbedding() {
        AioContext ctx = opened.context(AioContext.builder()
                .name("inner")
                .relay(RelayMode.OFF)
                .exceptionHandler((source, failure) -> {
                    if (failure instanceof IllegalStateException) {
                        throw new AssertionError("of the handler", failure);
                    }
                    reports.add(source + ": " + failure.getMessage());
                }));
        embed(ctx);
        try (LogRecords log = new LogRecords()) {
            ctx.execute(() -> {
                throw new IllegalStateException("of a task");
            });
            Eventually.holds("the handler is told of its own failure", () -> !reports.isEmpty());
            ctx.execute(calls::incrementAndGet);
            Eventually.holds("it goes on", () -> calls.get() == 1);
            assertThat(log.thrown()).extracting(Throwable::getMessage).containsExactly("of the handler");
        }
        assertThat(reports).containsExactly("bottom half " + name() + " of inner: of the handler");
    }

    @Test
    void noFailureReachesTheOuterLoopAndEachIsToldOnce() {
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        ctx.execute(() -> {
            throw new IllegalStateException("an exception");
        });
        ctx.execute(() -> {
            throw new AssertionError("an Error");
        });
        ctx.after(Duration.ofMillis(1), calls::incrementAndGet);
        Eventually.holds("a timer behind the Error fires", () -> calls.get() == 1);
        Source hook = opened.add(ctx.newHook("hook", wait -> {
            throw new AssertionError("an Error of a hook");
        }));
        Eventually.holds("the hook is suspended", hook::isSuspended);
        ctx.execute(calls::incrementAndGet);
        Eventually.holds("it goes on", () -> calls.get() == 2);
        outer().awaitBlocked(ctx);

        assertThat(reports).containsExactly("an exception", "an Error", "an Error of a hook");
        outer().execute(calls::incrementAndGet);
        Eventually.holds("the outer loop lives", () -> calls.get() == 3);
    }
}
