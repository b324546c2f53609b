package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A ring whose producer is silent while a loop polls it in user space, and what its hook was called for. */
abstract class PolledRing {
    /** The tests end it long before. A wait that lasts so long has lost something. */
    static final Duration LONG = Eventually.LIMIT;

    static final Duration SHORT = Duration.ofMillis(1);

    final Opened opened = new Opened();
    final List<String> calls = new ArrayList<>();

    /** How many items there are that the handler has not taken. */
    int items;

    boolean silenced;

    /** Has the loop not sleep after the end, which comes right before. */
    Task wake = () -> {};

    Task atCheck = () -> {};
    Task atBegin = () -> {};
    Task atEnd = () -> {};
    FdHandler atReady = (source, events) -> {};

    final PollHook hook = new PollHook() {
        @Override
        public boolean check() throws Throwable {
            atCheck.run();
            note("check");
            return items > 0;
        }

        @Override
        public void begin() throws Throwable {
            note("begin");
            silenced = true;
            atBegin.run();
        }

        @Override
        public void end() throws Throwable {
            note("end");
            wake.run();
            atEnd.run();
            silenced = false;
        }
    };

    @BeforeEach
    void severalProcessors() {
        assumeThat(Runtime.getRuntime().availableProcessors())
                .as("with one processor nothing polls")
                .isGreaterThan(1);
    }

    @AfterEach
    void close() {
        opened.close();
    }

    /** Checks that come in a row count as one. */
    void note(String call) {
        if (calls.isEmpty() || !calls.getLast().equals(call)) {
            calls.add(call);
        }
    }

    List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    void report(@Nullable Source source, Throwable failure) {
        calls.add(source + " threw " + failure.getMessage()
                + (source != null && source.isSuspended() ? ", suspended" : ""));
    }

    AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder()
                .name("polled")
                .monitor(monitor)
                .polling(Duration.ofSeconds(1), 0, 0)
                .exceptionHandler(this::report));
    }

    FdSource watch(AioContext ctx, EventNotifier notifier) {
        return opened.add(ctx.watch("ring", notifier.fd(), FdEvents.READ, hook, (source, events) -> {
            calls.add("ready " + events);
            if (events.isReadable()) {
                notifier.testAndClear();
            }
            if (items > 0) {
                items--;
            }
            atReady.ready(source, events);
        }));
    }

    /** Short waits make the loop poll before the next ones. */
    void warm(AioContext ctx) {
        ctx.poll(false); // what a new source owes
        while (!calls.contains("begin")) {
            ctx.poll(SHORT);
        }
        for (int i = 0; i < 3; i++) {
            pollUntilItWouldSleep(ctx);
        }
    }

    void pollUntilItWouldSleep(AioContext ctx) {
        wake = ctx::wakeup;
        assertThat(ctx.poll(LONG)).isFalse();
        wake = () -> {};
    }

    FdSource warmSource(AioContext ctx) {
        FdSource source = watch(ctx, opened.notifier());
        warm(ctx);
        calls.clear();
        return source;
    }

    void push() {
        items++;
    }

    /** One round of polling that finds an item: the producer is silenced after it. */
    FdSource beginAndStay(AioContext ctx) {
        FdSource source = warmSource(ctx);
        push();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(silenced).isTrue();
        calls.clear();
        return source;
    }
}
