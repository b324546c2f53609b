package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.examples.glib.GlibSource;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A context inside GLib's main loop: whatever wakes a context wakes the main loop, which goes on with its own sources. */
class GlibSourceTest {
    private final Opened opened = new Opened();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private GlibThread glib;

    @BeforeAll
    static void require() {
        Libraries.require("libglib-2.0.so.0", "libglib2.0-0");
    }

    @BeforeEach
    void start() throws Throwable {
        glib = new GlibThread();
    }

    @AfterEach
    void close() {
        glib.call(() -> {}); // a source that was closed is gone by then
        opened.close();
        glib.close();
    }

    private AioContext context(RelayMode relay) {
        return opened.context(AioContext.builder()
                .relay(relay)
                .exceptionHandler((source, failure) -> reports.add(failure.getMessage())));
    }

    private GlibSource embed(AioContext ctx) {
        AtomicReference<@Nullable GlibSource> made = new AtomicReference<>();
        glib.call(() -> made.set(new GlibSource(ctx, glib.context)));
        GlibSource source = made.get();
        assertThat(source).isNotNull();
        opened.add(() -> glib.call(source::close));
        return source;
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD"})
    void noWakeupIsLostAndTheMainLoopDoesNotPoll(RelayMode relay) {
        AioContext ctx = context(relay);
        embed(ctx);
        try (EmbeddedLoad load = new EmbeddedLoad(ctx, glib)) {
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
            glib.execute(calls::incrementAndGet);
            ctx.after(Duration.ofNanos(100_000), calls::incrementAndGet);
            Eventually.holds("both are called", () -> calls.get() == before + 2);
        }
        ctx.execute(() -> again[0] = () -> {});
        glib.awaitBlocked(ctx);
    }

    @Test
    void noFailureLeavesAnUpcallAndEachIsToldOnce() {
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
        glib.awaitBlocked(ctx);

        assertThat(reports).containsExactly("an exception", "an Error", "an Error of a hook");
    }

    @Test
    void closingLeavesNothingBehindAndTheContextWaitsByItselfAgain() {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            GlibSource source = embed(ctx);
            glib.call(source::close);
            glib.call(source::close);
            Map<Integer, String> withContext = OpenFiles.now(); // which uses epoll from now on

            GlibSource another = embed(ctx);
            ctx.execute(another::close); // within the upcall
            ctx.execute(calls::incrementAndGet);
            Eventually.holds(
                    "the callback has closed it",
                    () -> OpenFiles.since(withContext).isEmpty());
            glib.call(() -> {}); // and has returned
        }
        assertThat(calls).hasValue(1);
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void aContextThatIsClosedFirstIsLeftAlone() {
        AioContext ctx = context(RelayMode.OFF);
        GlibSource source = embed(ctx);
        ctx.execute(calls::incrementAndGet);
        Eventually.holds("it is embedded", () -> calls.get() == 1);
        glib.call(ctx::close);
        glib.call(() -> {});
        glib.call(source::close);
        assertThat(reports).isEmpty();
    }
}
