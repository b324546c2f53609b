package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Notifying calls when there is no heap, or no direct memory, left: every later call works. */
class OutOfMemoryTest {
    /** Wakes a loop a few times, then once more while the heap is full but for a few bytes more each time. */
    static final class FullHeap {
        private static final int STEPS = 12;

        private static @Nullable Object @Nullable [] ballast = new Object[1_000_000];

        private static int size;

        public static void main(String[] args) {
            AtomicInteger ran = new AtomicInteger();
            Runnable task = ran::incrementAndGet;
            AioContext context =
                    AioContext.builder().relay(RelayMode.valueOf(args[0])).open();
            LoopThread loop = new LoopThread(context, () -> ballast != null);
            EventNotifier notifier = EventNotifier.open();
            FdHandler handler = (source, events) -> {
                notifier.testAndClear();
                ran.incrementAndGet();
            };
            Runnable submission =
                    () -> context.threadPool().submit(() -> 1).whenComplete((one, failure) -> ran.incrementAndGet());
            Runnable registration = () -> context.onReadable(notifier.fd(), handler);
            Runnable removal = () -> context.source(notifier.fd()).ifPresent(FdSource::close);
            BottomHalf bottomHalf = context.newBottomHalf("probe", task::run);
            // Its completion may come late, and is no answer to what is asked next.
            Runnable unasked = () -> context.threadPool().submit(() -> 1).whenComplete((one, failure) -> {});
            Waits waits = new Waits(context, ran);
            Runnable[] calls = {
                () -> context.execute(task),
                bottomHalf::schedule,
                registration,
                removal,
                unasked,
                waits::call,
                waits::look
            };
            for (int i = 0; i < 100; i++) {
                wake(loop, ran, calls[0]);
                wake(loop, ran, submission);
                wake(loop, ran, waits::call);
                wake(loop, ran, waits::untilReady);
                registration.run();
                wake(loop, ran, notifier::set);
                removal.run();
            }
            int errors = 0;
            for (int step = 0; step < STEPS; step++) {
                loop.awaitBlocked();
                fill();
                free(3 * step);
                for (Runnable call : calls) {
                    try {
                        call.run();
                    } catch (OutOfMemoryError e) {
                        errors++;
                    }
                }
                free(size);
                wake(loop, ran, calls[0]);
                wake(loop, ran, bottomHalf::schedule);
                wake(loop, ran, waits::call);
                wake(loop, ran, waits::untilReady);
                wake(loop, ran, submission);
                registration.run();
                wake(loop, ran, notifier::set);
                removal.run();
            }
            ballast = null;
            bottomHalf.close();
            loop.close();
            notifier.close();
            System.out.println("every wake-up arrived; errors: " + errors);
        }

        /** Calls that wait for the loop. */
        private static final class Waits {
            private static final Duration MOMENT = Duration.ofNanos(1);

            private final AioContext context;
            private final AtomicInteger ran;
            private final EventNotifier notifier = EventNotifier.open();
            private final Runnable set = notifier::set;
            private final Callable<Integer> work;

            Waits(AioContext context, AtomicInteger ran) {
                this.context = context;
                this.ran = ran;
                work = ran::incrementAndGet;
            }

            void call() {
                try {
                    context.call(work);
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            void look() {
                await(MOMENT);
            }

            void untilReady() {
                context.execute(set);
                await(Eventually.LIMIT);
                notifier.testAndClear();
                ran.incrementAndGet();
            }

            private void await(Duration limit) {
                try {
                    context.awaitReady(notifier.fd(), FdEvents.READ, limit);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        private static void wake(LoopThread loop, AtomicInteger ran, Runnable task) {
            loop.awaitBlocked();
            int before = ran.get();
            task.run();
            Eventually.holds("what was asked for runs", () -> ran.get() > before);
        }

        private static void fill() {
            Object[] chunks = ballast;
            for (int bytes = 1 << 20; bytes >= 16; bytes /= 16) {
                try {
                    while (true) {
                        chunks[size] = new byte[bytes - 16];
                        size++;
                    }
                } catch (OutOfMemoryError full) {
                    // the next smaller ones
                }
            }
        }

        private static void free(int chunks) {
            Object[] all = ballast;
            for (int i = 0; i < chunks && size > 0; i++) {
                all[--size] = null;
            }
        }
    }

    /** Notifies from a fresh thread, and by a worker of the pool, when direct memory is used up. */
    static final class FullDirectMemory {
        public static void main(String[] args) throws Exception {
            AtomicInteger ran = new AtomicInteger();
            try (LoopThread loop = new LoopThread(
                    AioContext.builder().relay(RelayMode.valueOf(args[0])).open())) {
                loop.awaitBlocked();
                List<ByteBuffer> ballast = new ArrayList<>();
                for (int bytes = 1 << 20; bytes >= 1; bytes /= 1024) {
                    try {
                        while (true) {
                            ballast.add(ByteBuffer.allocateDirect(bytes));
                        }
                    } catch (OutOfMemoryError full) {
                        // the next smaller ones
                    }
                }
                Thread fresh = Thread.ofPlatform().start(() -> loop.context.execute(ran::incrementAndGet));
                Eventually.ends(fresh);
                Eventually.holds("the task runs", () -> ran.get() == 1);
                loop.awaitBlocked();
                loop.context
                        .threadPool()
                        .submit(() -> 1)
                        .whenComplete((one, failure) -> ran.addAndGet(failure == null ? one : 100));
                Eventually.holds("the completion runs", () -> ran.get() == 2);
                System.out.println("every wake-up arrived beside " + ballast.size());
            }
        }
    }

    static Stream<RelayMode> modes() {
        return Rounds.cases(2, List.of(RelayMode.THREAD, RelayMode.OFF, RelayMode.DEFERRED));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aCallThatFindsTheHeapFullHoldsUpNobody(RelayMode mode) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .option("-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .run(FullHeap.class.getName(), mode.name());
        assertThat(result.output()).contains("every wake-up arrived");
        assertThat(result.output()).as("the heap was full").doesNotContain("errors: 0");
        assertThat(result.exit()).isZero();
    }

    @Tag("proof")
    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD", "DEFERRED"})
    void aCallNeedsNoDirectMemory(RelayMode mode) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .option("-XX:MaxDirectMemorySize=8m")
                .run(FullDirectMemory.class.getName(), mode.name());
        assertThat(result.output()).contains("every wake-up arrived beside");
        assertThat(result.exit()).isZero();
    }
}
