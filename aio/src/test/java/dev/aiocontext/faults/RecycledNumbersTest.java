package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads open, register, remove and close descriptors, and open and close contexts, as fast as they can: the kernel hands
 * each number out again at once. No handler is called for a stranger's event, and no stranger's descriptor is written to.
 */
class RecycledNumbersTest {
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean done;

    @ParameterizedTest
    @EnumSource
    void eachNumberBelongsToTheOneWhoHasItNow(MonitorMode monitor) {
        List<Thread> threads = new ArrayList<>();
        List<Thread> strangers = new ArrayList<>();
        int rounds = Rounds.of(1_500);
        AioContext context = AioContext.builder()
                .monitor(monitor)
                .relay(RelayMode.THREAD)
                .exceptionHandler((ctx, failure) -> failures.add(failure))
                .open();
        try (LoopThread loop = new LoopThread(context)) {
            for (int i = 0; i < 2; i++) {
                Random random = new Random(i);
                threads.add(start(() -> repeat(rounds, () -> registerAndRemove(loop.context, random))));
            }
            threads.add(start(() -> repeat(rounds, () -> removeInFlight(loop.context))));
            threads.add(start(() -> repeat(rounds / 5, () -> openAndClose(monitor))));
            strangers.add(start(this::holdNotifiers));
            strangers.add(start(this::holdPipes));
            Rounds.join(threads);
            done = true;
            Rounds.join(strangers);
            loop.awaitBlocked();
        }
        assertThat(failures).isEmpty();
        assertThat(calls.get()).isGreaterThanOrEqualTo(2 * rounds);
    }

    private Thread start(Runnable work) {
        return Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        });
    }

    private static void repeat(int rounds, Runnable round) {
        for (int i = 0; i < rounds; i++) {
            round.run();
        }
    }

    /** Each event is handled once, and by the handler of its descriptor. */
    private void registerAndRemove(AioContext context, Random random) {
        EventNotifier notifier = EventNotifier.open();
        AtomicInteger handled = new AtomicInteger();
        AtomicBoolean removed = new AtomicBoolean();
        FdSource registration = context.onReadable(notifier.fd(), (source, events) -> {
            assertThat(removed).as("a handler removed on the loop").isFalse();
            assertThat(notifier.testAndClear())
                    .as("an event of fd " + source.fd())
                    .isTrue();
            calls.incrementAndGet();
            handled.incrementAndGet();
        });
        notifier.set();
        Eventually.holds("the handler is called", () -> handled.get() == 1);
        if (random.nextBoolean()) {
            registration.close();
        } else {
            AtomicBoolean ran = new AtomicBoolean();
            context.execute(() -> {
                registration.close();
                removed.set(true);
                notifier.close(); // the next who opens anything has its number
                ran.set(true);
            });
            Eventually.holds("the handler is removed", ran::get);
        }
        notifier.close();
    }

    /** The handler is removed, and the descriptor closed, while its event is on the way. */
    private void removeInFlight(AioContext context) {
        EventNotifier notifier = EventNotifier.open();
        AtomicInteger handled = new AtomicInteger();
        FdSource registration = context.onReadable(notifier.fd(), (source, events) -> {
            handled.incrementAndGet();
            try {
                notifier.testAndClear();
            } catch (IllegalStateException closed) {
                assertThat(handled)
                        .as("calls of a handler that was removed as it began")
                        .hasValue(1);
            }
        });
        notifier.set();
        registration.close();
        notifier.close();
    }

    /** A context closes while others wake it: their doorbells and pipes are numbers of strangers a moment later. */
    private void openAndClose(MonitorMode monitor) {
        AioContext closing =
                AioContext.builder().monitor(monitor).relay(RelayMode.THREAD).open();
        AtomicBoolean started = new AtomicBoolean();
        Thread waker = start(() -> {
            try {
                while (true) {
                    closing.execute(() -> {});
                    started.set(true);
                }
            } catch (RejectedExecutionException closed) {
                started.set(true);
            }
        });
        Eventually.holds("the waker has begun", started::get);
        closing.poll(true);
        closing.poll(true);
        closing.close();
        Eventually.ends(waker);
    }

    private void holdNotifiers() {
        while (!done) {
            try (EventNotifier mine = EventNotifier.open()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(mine.testAndClear())
                            .as("a write to fd " + mine.fd())
                            .isFalse();
                }
            }
        }
    }

    private void holdPipes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(128);
            while (!done) {
                Descriptors.Pipe mine = Descriptors.pipe();
                for (int i = 0; i < 20; i++) {
                    assertThat(Libc.read(mine.readEnd(), buffer, buffer.byteSize()))
                            .as("what is in the pipe " + mine)
                            .isEqualTo(-Errno.EAGAIN);
                }
                Descriptors.close(mine.readEnd());
                Descriptors.close(mine.writeEnd());
            }
        }
    }
}
