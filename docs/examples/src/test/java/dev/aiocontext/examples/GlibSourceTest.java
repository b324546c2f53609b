package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.glib.GlibSource;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A context inside GLib's main loop: whatever wakes a context wakes the main loop, which goes on with its own sources. */
class GlibSourceTest extends EmbeddingContract {
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

    @Override
    String name() {
        return "source of GLib";
    }

    @Override
    OuterLoop outer() {
        return glib;
    }

    @Override
    GlibSource embed(AioContext ctx) {
        AtomicReference<@Nullable GlibSource> made = new AtomicReference<>();
        glib.call(() -> made.set(new GlibSource(ctx, glib.context)));
        GlibSource source = made.get();
        assertThat(source).isNotNull();
        opened.add(() -> glib.call(source::close));
        return source;
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
