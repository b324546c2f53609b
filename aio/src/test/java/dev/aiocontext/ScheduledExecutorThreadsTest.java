package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scheduled executor of a context that another thread runs. */
@Timeout(180)
class ScheduledExecutorThreadsTest {
    /** Waits until it is interrupted. */
    private static String untilInterrupted(CountDownLatch entered) throws InterruptedException {
        entered.countDown();
        new CountDownLatch(1).await();
        return "never";
    }

    @Test
    void otherThreadsWaitForTasksOnTheHomeThread() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open());
                ScheduledExecutorService executor = loop.context.scheduledExecutor()) {
            Callable<Thread> thread = Thread::currentThread;
            assertThat(executor.submit(thread).get()).isSameAs(loop.thread);
            assertThat(executor.schedule(thread, 1, TimeUnit.MICROSECONDS).get())
                    .isSameAs(loop.thread);
            assertThat(executor.invokeAny(List.of(thread, thread))).isSameAs(loop.thread);
            for (Future<Thread> each : executor.invokeAll(List.of(thread, thread), 1, TimeUnit.DAYS)) {
                assertThat(each.resultNow()).isSameAs(loop.thread);
            }
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(
                            () -> executor.schedule(thread, 1, TimeUnit.DAYS).get(1, TimeUnit.NANOSECONDS));
            assertThat(executor.shutdownNow()).hasSize(1);
        }
    }

    @Test
    void periodicTasksRunUntilTheyAreCancelled() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open());
                ScheduledExecutorService executor = loop.context.scheduledExecutor()) {
            CountDownLatch often = new CountDownLatch(20);
            Future<?> rate = executor.scheduleAtFixedRate(often::countDown, 0, 100, TimeUnit.MICROSECONDS);
            Future<?> delay = executor.scheduleWithFixedDelay(often::countDown, 0, 100, TimeUnit.MICROSECONDS);
            often.await();
            rate.cancel(true);
            delay.cancel(true);
            assertThatExceptionOfType(CancellationException.class).isThrownBy(rate::get);
        }
    }

    @Test
    void cancellingInterruptsTheTaskAndNothingElse() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open());
                ScheduledExecutorService executor = loop.context.scheduledExecutor()) {
            for (int delay = 0; delay < 2; delay++) {
                CountDownLatch entered = new CountDownLatch(1);
                Future<?> running = executor.schedule(() -> untilInterrupted(entered), delay, TimeUnit.MILLISECONDS);
                entered.await();
                assertThat(running.cancel(true)).isTrue();
                assertThat(loop.context
                                .submit(() -> Thread.currentThread().isInterrupted())
                                .join())
                        .isFalse();
            }
        }
    }

    @Test
    void theLosersOfInvokeAnyLeaveNoInterruptBehind() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open());
                ScheduledExecutorService executor = loop.context.scheduledExecutor()) {
            CountDownLatch entered = new CountDownLatch(1);
            List<Callable<String>> calls = List.of(() -> untilInterrupted(entered));
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> {
                executor.invokeAny(calls, 1, TimeUnit.MILLISECONDS);
            });
            assertThat(loop.context
                            .submit(() -> Thread.currentThread().isInterrupted())
                            .join())
                    .isFalse();
            assertThat(executor.invokeAll(calls, 1, TimeUnit.MILLISECONDS)).allMatch(Future::isCancelled);
            assertThat(loop.context
                            .submit(() -> Thread.currentThread().isInterrupted())
                            .join())
                    .isFalse();
        }
    }

    @Test
    void shutdownNowInterruptsTheTaskThatRuns() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            ScheduledExecutorService executor = loop.context.scheduledExecutor();
            ScheduledExecutorService other = loop.context.scheduledExecutor();
            CountDownLatch entered = new CountDownLatch(1);
            Future<String> running = executor.submit(() -> untilInterrupted(entered));
            Future<String> waiting = other.submit(() -> "other");
            entered.await();
            assertThat(other.shutdownNow()).containsExactly((Runnable) waiting); // which interrupts nobody
            assertThat(other.isTerminated()).isTrue();
            assertThat(running.isDone()).isFalse();
            assertThat(executor.shutdownNow()).isEmpty();
            assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
            assertThat(running.exceptionNow()).isInstanceOf(InterruptedException.class);
            assertThat(loop.context
                            .submit(() -> Thread.currentThread().isInterrupted())
                            .join())
                    .isFalse();
        }
    }

    @Test
    void closeWaitsForTheTasksAndAnInterruptStopsThem() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            ScheduledExecutorService executor = loop.context.scheduledExecutor();
            Future<String> delayed = executor.schedule(() -> "done", 1, TimeUnit.MILLISECONDS);
            executor.close();
            assertThat(delayed.resultNow()).isEqualTo("done");

            ScheduledExecutorService stopped = loop.context.scheduledExecutor();
            CountDownLatch entered = new CountDownLatch(1);
            Future<String> running = stopped.submit(() -> untilInterrupted(entered));
            entered.await();
            Thread.currentThread().interrupt();
            stopped.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(stopped.isTerminated()).isTrue();
            assertThat(running.exceptionNow()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void aContextThatIsClosedLeavesNobodyWaitingAndNoSourceForgotten() throws Exception {
        AioThread io = AioThread.start("pending");
        try (LogRecords log = new LogRecords()) {
            ScheduledExecutorService executor = io.context().scheduledExecutor();
            ScheduledFuture<?> delayed = executor.schedule(() -> "never", 1, TimeUnit.DAYS);
            executor.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.DAYS);
            Thread closer = Thread.startVirtualThread(io::close);
            assertThatExceptionOfType(CancellationException.class).isThrownBy(delayed::get);
            assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
            Eventually.ends(closer);
            assertThat(log.messages()).isEmpty();
        }
    }

    @Test
    void whoeverSubmitsWhileTheContextIsClosedIsRefusedOrAnswered() throws Exception {
        for (int round = 0; round < Rounds.of(2_000); round++) {
            AioThread io = AioThread.start("closing");
            ScheduledExecutorService executor = io.context().scheduledExecutor();
            List<Future<?>> accepted = new ArrayList<>();
            AtomicBoolean refused = new AtomicBoolean();
            LogRecords log = new LogRecords();
            Thread submitter = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        accepted.add(executor.submit(() -> {}));
                        accepted.add(executor.schedule(() -> {}, 1, TimeUnit.DAYS));
                        accepted.add(executor.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.DAYS));
                    }
                } catch (RejectedExecutionException e) {
                    refused.set(true);
                }
            });
            io.close();
            Eventually.ends(submitter);
            log.close();
            assertThat(log.messages()).isEmpty();
            assertThat(refused).isTrue();
            assertThat(accepted).allMatch(Future::isDone);
            assertThat(executor.isTerminated()).isTrue();
        }
    }

    @Test
    void eachTaskRunsOnceOrIsCancelledOrHandedOut() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            for (int round = 0; round < Rounds.of(10_000); round++) {
                ScheduledExecutorService executor = loop.context.scheduledExecutor();
                List<AtomicInteger> ran = new ArrayList<>();
                List<Future<?>> futures = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    AtomicInteger count = new AtomicInteger();
                    ran.add(count);
                    futures.add(executor.schedule(count::incrementAndGet, i % 4 * 10L, TimeUnit.MICROSECONDS));
                }
                for (int i = 0; i < 8; i += 2) {
                    futures.get(i).cancel(false);
                }
                List<Runnable> handedOut = executor.shutdownNow();
                assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
                for (int i = 0; i < 8; i++) {
                    int runs = ran.get(i).get();
                    Future<?> future = futures.get(i);
                    switch (future.state()) {
                        case SUCCESS -> assertThat(runs).isEqualTo(1);
                        case CANCELLED -> assertThat(runs).isLessThan(2); // it may have been running
                        case RUNNING -> {
                            assertThat(runs).isEqualTo(0);
                            assertThat(handedOut).contains((Runnable) future);
                        }
                        case FAILED -> throw new AssertionError(future.exceptionNow());
                    }
                }
            }
        }
    }

    @Test
    void anExecutorThatIsForgottenIsCollected() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            ScheduledExecutorService executor = loop.context.scheduledExecutor();
            executor.submit(() -> {});
            WeakReference<ScheduledExecutorService> forgotten = new WeakReference<>(executor);
            executor = loop.context.scheduledExecutor();
            Eventually.holds("it is collected", () -> {
                System.gc();
                return forgotten.get() == null;
            });
            assertThat(executor.isShutdown()).isFalse();
        }
    }
}
