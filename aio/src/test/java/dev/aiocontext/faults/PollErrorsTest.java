package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EmbeddedLoop;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.Wait;
import dev.aiocontext.WaitHook;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.StackEnd;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop polls once at each step from the end of its stack, and overflows: what it had taken is done by a later poll, or has failed. */
class PollErrorsTest {
    /** The deepest of our paths needs fewer frames. */
    private static final int FRAMES = 200;

    private static final int OFFSETS = Rounds.of(5);

    private static final int STEP = Rounds.of(10) == 1 ? 5 : 1;

    /** To close takes more of them than to poll does. */
    private static final int FRAMES_TO_CLOSE = 1_000;

    private static final int CLOSING_STEP = Rounds.of(10) == 1 ? 40 : 5;

    private static final int AFTER = 1_000_000;

    private static final Duration MOMENT = Duration.ofNanos(1);

    private final AioContext ctx = AioContext.builder()
            .relay(RelayMode.OFF)
            .maximumPoolThreads(1)
            .exceptionHandler((source, failure) -> {})
            .open();

    private int overflows;

    @AfterEach
    void close() {
        apart(ctx::close);
    }

    /** Does something in a thread with stack enough, which takes the loop over. */
    private void apart(Runnable work) {
        doneBy(Thread.ofPlatform(), work);
    }

    private void doneBy(Thread.Builder.OfPlatform builder, Runnable work) {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        Eventually.ends(builder.uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(work));
        assertThat(failures).isEmpty();
    }

    /** Begins something before each poll that overflows, and waits for its end afterwards. */
    private void atEachStep(String end, Runnable begin, BooleanSupplier isOver) {
        for (int round = 0; round < 2; round++) { // whatever is needed is loaded now
            begin.run();
            pollUntil(end, isOver);
        }
        for (int offset = 0; offset < OFFSETS; offset++) {
            for (int frames = 0; frames < FRAMES; frames += STEP) {
                begin.run();
                pollAt(frames, offset);
                pollUntil(end + " after an overflow " + frames + " frames from the end", isOver);
            }
        }
        assertThat(overflows).as("polls that overflowed").isPositive();
    }

    private void pollAt(int frames, int offset) {
        StackEnd.call(frames + 1, offset, fromEnd -> {
            if (fromEnd == frames) {
                try {
                    ctx.poll(MOMENT);
                } catch (StackOverflowError e) {
                    overflows++;
                    throw e;
                }
            }
        });
    }

    private void pollUntil(String end, BooleanSupplier isOver) {
        apart(() -> Eventually.holds(end, () -> {
            ctx.poll(MOMENT);
            return isOver.getAsBoolean();
        }));
    }

    /** It is scheduled again after the poll, by a thread that may rely on an entry that is in no queue. */
    private void aBottomHalfIsNotDeafAfterwards(Consumer<BottomHalf> begin, Consumer<BottomHalf> schedule) {
        AtomicInteger ran = new AtomicInteger();
        int[] wanted = {0};
        BottomHalf bottomHalf = ctx.newBottomHalf("probe", ran::incrementAndGet);
        Runnable begins = () -> {
            begin.accept(bottomHalf);
            wanted[0] = 0;
        };
        atEachStep("it runs", begins, () -> {
            if (wanted[0] == 0) {
                wanted[0] = ran.get() + 1;
                schedule.accept(bottomHalf);
            }
            return ran.get() >= wanted[0];
        });
        apart(bottomHalf::close);
    }

    @Test
    void aBottomHalfIsNotDeafAfterwards() {
        aBottomHalfIsNotDeafAfterwards(BottomHalf::schedule, BottomHalf::schedule);
    }

    @Test
    void anIdleBottomHalfIsNotDeafAfterwards() {
        aBottomHalfIsNotDeafAfterwards(BottomHalf::scheduleIdle, BottomHalf::scheduleIdle);
    }

    @Test
    void aBottomHalfThatWasCancelledIsNotDeafAfterwards() {
        Consumer<BottomHalf> begin = bottomHalf -> {
            bottomHalf.schedule();
            bottomHalf.cancel();
        };
        aBottomHalfIsNotDeafAfterwards(begin, BottomHalf::schedule);
    }

    @Test
    void aHookIsPreparedBeforeTheNextWait() {
        AtomicInteger prepared = new AtomicInteger();
        Source hook = ctx.newHook("probe", new WaitHook() {
            @Override
            public void prepare(Wait wait) {
                prepared.incrementAndGet();
            }

            @Override
            public void after() {
                prepared.addAndGet(AFTER);
            }
        });
        EmbeddedLoop embedded = ctx.embed(); // whose prepare has stack enough, other than its dispatch
        for (int frames = 0; frames < FRAMES; frames += STEP) {
            int from = frames;
            doneBy(Thread.ofPlatform().stackSize(256 << 10), () -> {
                embedded.prepare();
                embedded.dispatch(); // whatever is needed is loaded now
                hook.resume();
                embedded.prepare();
                dispatchAt(from, embedded, 0);
                hook.resume();
                int before = prepared.get() % AFTER;
                embedded.prepare();
                assertThat(prepared.get() % AFTER)
                        .as("prepared after an overflow %d frames from the end", from)
                        .isEqualTo(before + 1);
            });
        }
        assertThat(overflows).isPositive();
        apart(() -> {
            embedded.close();
            hook.close();
        });
    }

    /** Returns how many frames it is from the end. */
    private int dispatchAt(int frames, EmbeddedLoop embedded, int depth) {
        int fromEnd;
        try {
            fromEnd = depth == Integer.MAX_VALUE ? 0 : dispatchAt(frames, embedded, depth + 1) + 1;
        } catch (StackOverflowError end) {
            fromEnd = 0;
        }
        if (fromEnd == frames) {
            try {
                embedded.dispatch();
            } catch (StackOverflowError e) {
                overflows++;
            }
        }
        return fromEnd;
    }

    @Test
    void theFutureOfATaskCompletesInTheNextPollWhichDoesNotWaitBefore() {
        CompletableFuture<Integer> first = ctx.submit(() -> 1);
        apart(() -> ctx.poll(true)); // whatever is needed is loaded now, as in the other tests
        assertThat(first).isCompletedWithValue(1);
        for (int frames = 0; frames < FRAMES; frames += STEP) {
            CompletableFuture<Integer> future = ctx.submit(() -> 1);
            pollAt(frames, 0);
            if (!future.isDone()) {
                apart(() -> ctx.poll(true));
            }
            assertThat(future).as("an overflow %d frames from the end", frames).isDone();
        }
        assertThat(overflows).as("polls that overflowed").isPositive();
    }

    @Test
    void aThreadThatWaitsForTheFutureOfATaskGoesOn() {
        Thread[] joiner = {null};
        Runnable begin = () -> {
            CompletableFuture<Integer> future = ctx.submit(() -> 1);
            joiner[0] = Thread.ofPlatform().daemon().start(() -> await(future));
            Eventually.holds("it waits", () -> joiner[0].getState() == Thread.State.WAITING);
        };
        atEachStep("it goes on", begin, () -> !joiner[0].isAlive());
    }

    private static void await(CompletableFuture<Integer> future) {
        try {
            assertThat(future.join()).isEqualTo(1);
        } catch (CompletionException overflow) {
            assertThat(overflow).hasCauseInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void theFutureOfPoolWorkCompletes() {
        CountDownLatch ends = new CountDownLatch(1);
        CompletableFuture<Boolean> busy = ctx.threadPool().submit(() -> ends.await(1, TimeUnit.DAYS));
        CompletableFuture<?>[] future = {null};
        Runnable begin = () -> {
            future[0] = ctx.threadPool().submit(() -> 1);
            future[0].cancel(false); // so that it is the loop's at once
        };
        atEachStep("it completes", begin, () -> future[0].isDone());
        assertThat(future[0]).isCancelled();
        ends.countDown();
        pollUntil("the worker's work ends", busy::isDone);
    }

    @Test
    void aTaskOfAScheduledExecutorEnds() {
        ScheduledExecutorService executor = ctx.scheduledExecutor();
        Future<?>[] future = {null};
        atEachStep("it ends", () -> future[0] = executor.submit(() -> 1), () -> future[0].isDone());
        apart(executor::shutdown);
        pollUntil("the executor is terminated", executor::isTerminated);
    }

    @Test
    void aDelayedTaskOfAScheduledExecutorEnds() {
        ScheduledExecutorService executor = ctx.scheduledExecutor();
        Future<?>[] future = {null};
        Runnable begin = () -> future[0] = executor.schedule(() -> 1, 1, TimeUnit.NANOSECONDS);
        atEachStep("it ends", begin, () -> future[0].isDone());
        apart(executor::shutdown);
        pollUntil("the executor is terminated", executor::isTerminated);
    }

    @Test
    void closedCompletesForASourceThatAnotherThreadHasClosed() {
        CompletableFuture<?>[] closed = {null};
        Runnable begin = () -> {
            Source source = ctx.newBottomHalf("probe", () -> {});
            closed[0] = source.closed().toCompletableFuture();
            source.close();
        };
        atEachStep("it completes", begin, () -> closed[0].isDone());
    }

    /** Each context is closed once more, with stack enough. */
    @Test
    void aCloseClosesEachSourceAndFreesEveryDescriptor() {
        AioContext.builder().relay(RelayMode.OFF).open().close();
        Map<Integer, String> before = OpenFiles.now();
        for (int frames = 0; frames < FRAMES_TO_CLOSE; frames += CLOSING_STEP) {
            int at = frames;
            AioContext closing = AioContext.builder().relay(RelayMode.OFF).open();
            CompletableFuture<Void> closed =
                    closing.newBottomHalf("probe", () -> {}).closed().toCompletableFuture();
            StackEnd.call(frames + 1, 0, fromEnd -> {
                if (fromEnd == at) {
                    closing.close();
                }
            });
            apart(closing::close);
            assertThat(closed).as("%d frames from the end", frames).isCompleted();
        }
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void aCancelledTaskCompletesToo() {
        CompletableFuture<?>[] future = {null};
        Runnable begin = () -> {
            future[0] = ctx.submit(() -> 1);
            future[0].cancel(false);
        };
        atEachStep("it completes", begin, () -> future[0].isDone());
        assertThat(future[0]).isCancelled();
    }
}
