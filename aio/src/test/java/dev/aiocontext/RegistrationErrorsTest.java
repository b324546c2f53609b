package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stack that ends at any step of registering or removing: the call may or may not have done its work, and every later
 * call does.
 */
class RegistrationErrorsTest {
    private static final int SWEEPS = 12;

    private final Opened opened = new Opened();
    private final AtomicInteger overflows = new AtomicInteger();
    private final AtomicInteger stray = new AtomicInteger();

    @AfterEach
    void close() {
        opened.close();
    }

    /** Calls at each depth of the stack, down to its end. Frames of several sizes, so that it ends at other steps. */
    private int sweep(int depth, int size, IntConsumer action) {
        try {
            action.accept(depth);
        } catch (StackOverflowError e) {
            overflows.incrementAndGet();
        }
        return switch (size) {
            case 0 -> sweep(depth + 1, size, action) + 1;
            case 1 -> wide(depth + 1, size, action, depth, depth * 3L, depth * 5L);
            default -> wide(depth + 1, size, action, depth, depth * 7L, depth * 11L) + sweepOnce(depth);
        };
    }

    private int wide(int depth, int size, IntConsumer action, long a, long b, long c) {
        int below = sweep(depth, size, action);
        return (int) (below + a + b + c);
    }

    private static int sweepOnce(int depth) {
        return depth & 1;
    }

    private void sweepToTheEnd(int size, IntConsumer action) {
        try {
            sweep(0, size, action);
        } catch (StackOverflowError e) {
            overflows.incrementAndGet();
        }
    }

    /** Runs in a thread with a small stack. */
    private static void inThread(int stackKilobytes, Runnable work) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, work, "small stack", stackKilobytes * 1024L);
        thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
        thread.start();
        Eventually.ends(thread);
        assertThat(failure.get()).isNull();
    }

    /** What a user does with a descriptor, one after the other; none waits for the loop. */
    private IntConsumer changes(AioContext ctx, EventNotifier readyOne, EventNotifier silent) {
        FdHandler callback = (source, events) -> stray.incrementAndGet();
        FdSource[] last = new FdSource[2];
        return depth -> {
            int fd = (depth & 8) == 0 ? readyOne.fd() : silent.fd();
            switch (depth & 7) {
                case 0, 4 -> last[0] = ctx.onReadable(fd, callback);
                case 1 -> last[1] = ctx.watch(fd, FdEvents.WRITE, callback);
                case 2, 5 -> {
                    if (last[0] != null) {
                        last[0].close();
                    }
                }
                case 3 -> {
                    if (last[1] != null) {
                        last[1].close();
                    }
                }
                case 6 -> ctx.onReadable(fd, callback);
                default -> ctx.source(fd).ifPresent(FdSource::close);
            }
        };
    }

    /** The home thread changes handlers itself, in a callback; or another does, before there is a home thread. */
    @ParameterizedTest
    @CsvSource({"POLL, true", "AUTO, true", "EPOLL, true", "POLL, false", "AUTO, false", "EPOLL, false"})
    void whereverTheStackEndsEveryLaterCallWorks(MonitorMode monitor, boolean home) {
        AioContext ctx =
                AioContext.builder().monitor(monitor).relay(RelayMode.OFF).open();
        EventNotifier readyOne = opened.notifier();
        EventNotifier silent = opened.notifier();
        readyOne.set();
        List<EventNotifier> others = List.of(opened.notifier(), opened.notifier(), opened.notifier());
        inThread(1024, () -> {
            others.forEach(other -> ctx.onReadable(other.fd(), (source, events) -> {}));
            changes(ctx, readyOne, silent).accept(0); // what is loaded once is loaded
            ctx.source(readyOne.fd()).ifPresent(FdSource::close);
            ctx.poll(false);
        });
        for (int i = 0; i < SWEEPS; i++) {
            int size = i % 3;
            int stack = 256 + 16 * i;
            IntConsumer changes = changes(ctx, readyOne, silent);
            int overflowsBefore = overflows.get();
            if (home) {
                inThread(stack, () -> {
                    ctx.poll(false);
                    ctx.execute(() -> sweepToTheEnd(size, changes));
                    ctx.poll(false);
                });
            } else {
                inThread(stack, () -> sweepToTheEnd(size, changes));
            }
            assertThat(overflows.get()).isGreaterThan(overflowsBefore);
            inThread(1024, () -> everythingWorks(ctx, readyOne, silent)); // a lock left held would hang it
        }
        // Whoever polled last has ended, so anybody may close.
        inThread(1024, ctx::close);
    }

    private void everythingWorks(AioContext ctx, EventNotifier readyOne, EventNotifier silent) {
        try (LoopGuard loop = new LoopGuard(ctx)) {
            ctx.source(readyOne.fd()).ifPresent(FdSource::close);
            ctx.source(silent.fd()).ifPresent(FdSource::close);
            loop.loop.awaitBlocked();
            AtomicInteger calls = new AtomicInteger();
            List<FdSource> registrations = new ArrayList<>();
            for (EventNotifier notifier : List.of(readyOne, silent)) {
                notifier.testAndClear();
                registrations.add(ctx.onReadable(notifier.fd(), (source, events) -> {
                    assertThat(notifier.testAndClear()).isTrue();
                    calls.incrementAndGet();
                }));
                notifier.set();
            }
            Eventually.holds("both are served", () -> calls.get() == 2);
            int straysBefore = stray.get();
            AtomicInteger ran = new AtomicInteger();
            ctx.execute(ran::incrementAndGet);
            Eventually.holds("the task runs", () -> ran.get() == 1);
            registrations.forEach(FdSource::close);
            readyOne.set();
            loop.loop.awaitBlocked();
            assertThat(calls).hasValue(2);
            assertThat(stray).hasValue(straysBefore);
        }
    }

    /** A thread that runs a context for a while, and leaves it open. */
    private static final class LoopGuard implements AutoCloseable {
        final LoopThread loop;

        LoopGuard(AioContext ctx) {
            loop = new LoopThread(ctx);
        }

        @Override
        public void close() {
            loop.context.stop();
            Eventually.ends(loop.thread);
        }
    }
}
