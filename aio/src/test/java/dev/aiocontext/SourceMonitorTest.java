package dev.aiocontext;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user may lock what is in hand. Nothing that a loop does waits for such a lock. */
@Timeout(60)
class SourceMonitorTest {
    @Test
    void aThreadThatLocksASourceDoesNotKeepTheLoop() throws Exception {
        try (AioThread thread = AioThread.start("loop");
                EventNotifier notifier = EventNotifier.open()) {
            AioContext ctx = thread.context();
            List<Source> sources = List.of(
                    ctx.newTimer("timer", (timer, missed) -> {}),
                    ctx.newBottomHalf("bottom half", () -> {}),
                    ctx.newHook("hook", wait -> {}),
                    ctx.onReadable(notifier.fd(), (source, events) -> {}));
            for (Source source : sources) {
                lockWhileTheLoopUses(ctx, source);
            }
        }
    }

    private static void lockWhileTheLoopUses(AioContext ctx, Source source) throws Exception {
        synchronized (source) {
            ctx.submit(() -> {
                        use(source);
                        return source;
                    })
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static void use(Source source) {
        source.suspend();
        source.resume();
        if (source instanceof AioTimer timer) {
            timer.arm(Duration.ofDays(1));
            timer.arm(Duration.ofDays(1), Duration.ofDays(1));
        }
        source.closed();
        source.close();
    }
}
