package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AioThreadPoolTest {
    @Test
    void eachOfAHundredJobsRunsOnceAndCompletesOnceOnTheLoop() {
        int jobs = 100;
        AtomicIntegerArray ran = new AtomicIntegerArray(jobs);
        int[] completed = new int[jobs];
        AtomicInteger left = new AtomicInteger(jobs);
        try (AioContext ctx = AioContext.open()) {
            for (int i = 0; i < jobs; i++) {
                int job = i;
                ctx.threadPool()
                        .submit(() -> {
                            assertThat(ctx.isHomeThread()).isFalse();
                            return ran.incrementAndGet(job);
                        })
                        .whenComplete((result, failure) -> {
                            assertThat(ctx.isHomeThread()).isTrue();
                            assertThat(result).isEqualTo(1);
                            assertThat(failure).isNull();
                            completed[job]++;
                            left.decrementAndGet();
                        });
            }
            Eventually.pollUntil(ctx, "all are completed", () -> left.get() == 0);
        }
        assertThat(completed).containsOnly(1);
    }

    @Test
    void whatTheWorkThrowsArrivesAtTheCompletion() {
        try (AioContext ctx = AioContext.open()) {
            IllegalStateException thrown = new IllegalStateException("work");
            Throwable[] arrived = new Throwable[1];
            ctx.threadPool()
                    .submit(() -> {
                        throw thrown;
                    })
                    .whenComplete((result, failure) -> {
                        arrived[0] = failure;
                        ctx.stop();
                    });
            ctx.run();
            assertThat(arrived[0]).isSameAs(thrown);
        }
    }

    @Test
    void onlyWhatHasNotBegunCanBeCancelled() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open();
                Opened first = new Opened()) {
            first.add(release::countDown); // also if something is wrong: the end of the context waits for the worker
            List<String> completions = new ArrayList<>();
            CompletableFuture<String> running = ctx.threadPool().submit(() -> {
                begun.countDown();
                release.await();
                return "done";
            });
            running.whenComplete((result, failure) -> completions.add("first " + result));
            CompletableFuture<String> queued = ctx.threadPool().submit(() -> "never");
            queued.whenComplete((result, failure) ->
                    completions.add("second " + (failure instanceof CancellationException ? "cancelled" : result)));
            begun.await();
            assertThat(running.cancel(true)).isFalse();
            assertThat(queued.cancel(false)).isTrue();
            assertThat(queued.cancel(false)).isTrue();
            assertThat(queued).isNotDone(); // that is for the loop to say
            assertThat(completions).isEmpty();
            assertThat(ctx.poll(Eventually.LIMIT)).isTrue();
            assertThat(completions).containsExactly("second cancelled");
            release.countDown();
            while (completions.size() < 2) {
                ctx.poll(true);
            }
            assertThat(completions).containsExactly("second cancelled", "first done");
        }
    }

    @Test
    void whatIsCancelledNeverBegins() throws InterruptedException {
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            AtomicInteger ran = new AtomicInteger();
            ctx.threadPool().submit(() -> {
                begun.countDown();
                release.await();
                return 1;
            });
            CompletableFuture<Integer> queued = ctx.threadPool().submit(ran::incrementAndGet);
            begun.await();
            assertThat(queued.cancel(false)).isTrue();
            CompletableFuture<Integer> behind = ctx.threadPool().submit(() -> 2);
            release.countDown();
            while (!behind.isDone()) {
                ctx.poll(true);
            }
            assertThat(ran).hasValue(0);
            assertThat(queued).isCancelled();
        }
    }

    @Test
    void aNestedPollInACompletionCompletesOthers() {
        try (AioContext ctx = AioContext.open()) {
            List<String> completions = new ArrayList<>();
            ctx.threadPool().submit(() -> 1).whenComplete((result, failure) -> {
                ctx.threadPool().submit(() -> 2).whenComplete((inner, innerFailure) -> completions.add("inner"));
                while (completions.isEmpty()) {
                    ctx.poll(true);
                }
                completions.add("outer");
            });
            while (completions.size() < 2) {
                ctx.poll(true);
            }
            assertThat(completions).containsExactly("inner", "outer");
        }
    }

    @Test
    void closeWaitsForWhatRunsAndCompletesTheQueuedAsCancelled() throws InterruptedException {
        AioContext ctx = AioContext.builder().maximumPoolThreads(1).open();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger closing = new AtomicInteger();
        List<String> completions = new ArrayList<>();
        ctx.threadPool()
                .submit(() -> {
                    begun.countDown();
                    while (closing.get() == 0) {
                        LockSupport.parkNanos(100_000);
                    }
                    return "ran";
                })
                .whenComplete((result, failure) -> completions.add("first " + result));
        ctx.threadPool()
                .submit(() -> "never")
                .whenComplete(
                        (result, failure) -> completions.add("second " + (failure instanceof CancellationException)));
        begun.await();
        ctx.execute(() -> closing.set(1)); // runs in close
        ctx.close();
        assertThat(completions).containsExactlyInAnyOrder("first ran", "second true");
    }

    @Test
    void anIdleWorkerIsUsedBeforeANewOneIsStarted() {
        try (AioContext ctx = AioContext.open()) {
            assertThat(ctx.threadPool().threads()).isZero();
            for (int i = 0; i < 50; i++) {
                ctx.threadPool().submit(() -> 1).whenComplete((result, failure) -> ctx.stop());
                ctx.run();
                awaitIdleWorker();
            }
            assertThat(ctx.threadPool().threads()).isLessThan(10);
        }
    }

    private static void awaitIdleWorker() {
        Eventually.holds(
                "a worker waits for work",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().contains("-worker-"))
                        .anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
    }

    @Test
    void theMaximumHoldsAndCanBeLowered() {
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(4).open()) {
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger completed = new AtomicInteger();
            for (int i = 0; i < 40; i++) {
                if (i == 20) {
                    ctx.threadPool().setMaximumThreads(2);
                }
                ctx.threadPool()
                        .submit(() -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            LockSupport.parkNanos(1_000_000);
                            return running.decrementAndGet();
                        })
                        .whenComplete((result, failure) -> completed.incrementAndGet());
            }
            while (completed.get() < 40) {
                ctx.poll(true);
            }
            assertThat(most.get()).isLessThanOrEqualTo(4);
            Eventually.holds("two workers have left", () -> ctx.threadPool().threads() <= 2);
        }
    }

    /** It takes ten seconds, as long as they wait for more work. */
    @Test
    @Tag("proof")
    void idleWorkersLeave() {
        try (AioContext ctx = AioContext.open()) {
            CountDownLatch together = new CountDownLatch(3);
            for (int i = 0; i < 3; i++) {
                ctx.threadPool().submit(() -> {
                    together.countDown();
                    return awaitQuietly(together);
                });
            }
            Eventually.holds("three workers run", () -> together.getCount() == 0);
            Eventually.holds("they leave", () -> ctx.threadPool().threads() == 0);
        }
    }

    @Test
    void raisingTheMaximumStartsWorkersForWhatIsQueued() {
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open()) {
            int jobs = 5;
            CountDownLatch together = new CountDownLatch(jobs);
            CountDownLatch apart = new CountDownLatch(1);
            for (int i = 0; i < jobs; i++) {
                ctx.threadPool()
                        .submit(() -> {
                            together.countDown();
                            apart.await();
                            return 1;
                        })
                        .whenComplete((result, failure) -> {});
            }
            ctx.threadPool().setMaximumThreads(jobs);
            try {
                Eventually.holds("all five run at once", () -> together.getCount() == 0);
                assertThat(ctx.threadPool().threads()).isEqualTo(jobs);
            } finally {
                apart.countDown();
            }
        }
    }

    /** Linear, or else it takes longer than anything may: five minutes where this takes a second. */
    @Test
    void halfAMillionRequestsAreCancelledFromTheLastToTheFirst() {
        int jobs = Rounds.of(500_000);
        int[] completed = new int[1];
        CountDownLatch release = new CountDownLatch(1);
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open()) {
            ctx.threadPool().submit(() -> awaitQuietly(release)).whenComplete((result, failure) -> completed[0]++);
            CompletableFuture<?>[] requests = new CompletableFuture<?>[jobs];
            for (int i = 0; i < jobs; i++) {
                requests[i] = ctx.threadPool().submit(() -> 1);
                requests[i].whenComplete((result, failure) -> completed[0]++);
            }
            Thread canceller = Thread.ofPlatform().daemon().start(() -> {
                for (int i = jobs - 1; i >= 0; i--) {
                    assertThat(requests[i].cancel(false)).isTrue();
                }
            });
            try {
                Eventually.ends(canceller);
            } finally {
                release.countDown();
            }
        }
        assertThat(completed[0]).isEqualTo(jobs + 1);
    }

    private static boolean awaitQuietly(CountDownLatch latch) throws InterruptedException {
        latch.await();
        return true;
    }

    @Test
    void aCancelledRequestKeepsNeitherWorkNorCompletion() {
        CountDownLatch release = new CountDownLatch(1);
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open()) {
            ctx.threadPool().submit(() -> awaitQuietly(release)).whenComplete((result, failure) -> {});
            List<WeakReference<Object>> kept = new ArrayList<>();
            CompletableFuture<?> request = submitCapturing(ctx, kept);
            try {
                assertThat(request.cancel(false)).isTrue();
                assertThat(ctx.poll(true)).isTrue();
                Eventually.holds("work and completion are collected", () -> {
                    System.gc();
                    return kept.stream().allMatch(reference -> reference.get() == null);
                });
                assertThat(request).isCancelled(); // keeps the request reachable
            } finally {
                release.countDown();
            }
        }
    }

    private static CompletableFuture<?> submitCapturing(AioContext ctx, List<WeakReference<Object>> kept) {
        Object forWork = new byte[1000];
        Object forCompletion = new byte[1000];
        kept.add(new WeakReference<>(forWork));
        kept.add(new WeakReference<>(forCompletion));
        CompletableFuture<Integer> request = ctx.threadPool().submit(forWork::hashCode);
        request.whenComplete((result, failure) -> assertThat(forCompletion).isNotNull());
        return request;
    }

    @Test
    void anInterruptThatWorkLeavesBehindIsNotTheNextWorks() {
        List<Boolean> interrupted = new ArrayList<>();
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(1).open()) {
            for (int i = 0; i < 3; i++) {
                ctx.threadPool()
                        .submit(() -> {
                            boolean before = Thread.currentThread().isInterrupted();
                            Thread.currentThread().interrupt();
                            return before;
                        })
                        .whenComplete((result, failure) -> interrupted.add(result));
                while (interrupted.size() <= i) {
                    ctx.poll(true);
                }
            }
        }
        assertThat(interrupted).containsExactly(false, false, false);
    }

    @Test
    void noJobIsLostWhenWorkersComeAndGo() {
        int rounds = 20_000;
        AtomicInteger completed = new AtomicInteger();
        try (AioContext ctx = AioContext.builder().maximumPoolThreads(2).open()) {
            for (int i = 0; i < rounds; i++) {
                ctx.threadPool().submit(() -> 1).whenComplete((result, failure) -> completed.incrementAndGet());
                if (i % 64 == 0) {
                    ctx.poll(false);
                    ctx.threadPool().setMaximumThreads(1 + i / 64 % 3);
                }
            }
            while (completed.get() < rounds) {
                ctx.poll(true);
            }
        }
    }
}
