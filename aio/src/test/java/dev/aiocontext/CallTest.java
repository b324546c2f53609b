package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call that a thread has the loop make, and waits for. */
final class CallTest {
    /** Runs something in another thread, of the one kind or the other. */
    private static <T> FutureTask<T> start(boolean virtual, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        if (virtual) {
            Thread.ofVirtual().start(task);
        } else {
            Thread.ofPlatform().daemon().start(task);
        }
        return task;
    }

    private static <T> T get(FutureTask<T> task) throws Exception {
        return task.get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itRunsOnTheLoopAndReturnsItsValue(boolean virtual) throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            loop.awaitBlocked();
            FutureTask<Thread> caller = start(virtual, () -> loop.context.call(Thread::currentThread));
            assertThat(get(caller)).isSameAs(loop.thread);
            assertThat(get(start(virtual, () -> loop.context.<String>call(() -> null))))
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatItThrowsIsThrownToTheCallerAndToNobodyElse(boolean virtual) throws Exception {
        List<Throwable> reported = new ArrayList<>();
        AioContext context = AioContext.builder()
                .exceptionHandler((source, failure) -> reported.add(failure))
                .open();
        try (LoopThread loop = new LoopThread(context)) {
            for (Throwable thrown : List.of(new IOException("checked"), new AssertionError("error"))) {
                FutureTask<Throwable> caller = start(virtual, () -> {
                    try {
                        return context.call(() -> {
                            if (thrown instanceof Error error) {
                                throw error;
                            }
                            throw (Exception) thrown;
                        });
                    } catch (IOException | AssertionError e) {
                        return e;
                    }
                });
                assertThat(get(caller)).isSameAs(thrown);
            }
            assertThat(loop.context.call(reported::size)).isZero();
        }
    }

    @Test
    void aCallThatEndsARunDoesNotTakeTheContextFromTheThreadThatClosesIt() throws Exception {
        AioContext context = AioContext.builder().name("handed over").open();
        context.stop();
        context.run();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        context.threadPool().submit(() -> {
            begun.countDown();
            finish.await();
            return 1;
        });
        begun.await();
        Thread closer = new Thread(context::close, "closer");
        context.call(() -> {
            context.stop();
            context.run(); // gives the context up
            closer.start();
            Eventually.holds("it is closing", () -> context.toString().contains("home thread closer"));
            return 1;
        });
        assertThatThrownBy(() -> context.poll(false)).isInstanceOf(IllegalStateException.class);
        finish.countDown();
        Eventually.ends(closer);
    }

    @Test
    void onTheHomeThreadItIsMadeAtOnceBeforeWhatIsQueued() {
        List<String> order = new ArrayList<>();
        try (AioContext context = AioContext.open()) {
            context.execute(() -> {
                context.execute(() -> order.add("queued before"));
                try {
                    order.add(context.call(() -> "called"));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            context.poll(true);
            context.poll(true);
        }
        assertThat(order).containsExactly("called", "queued before");
    }

    @Test
    void aHomeThreadThatHasGivenTheContextUpMakesItAtOnceToo() throws Exception {
        try (AioContext context = AioContext.open()) {
            context.stop();
            context.run();
            assertThat(context.call(() -> 1)).isOne();
            Thread closer = Thread.ofPlatform().start(context::close);
            Eventually.ends(closer);
            assertThat(context.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatHasNotBegunIsNeverMadeAfterAnInterrupt(boolean virtual) throws Exception {
        AtomicInteger made = new AtomicInteger();
        try (AioContext context = AioContext.open()) {
            Thread caller = interruptedCaller(virtual, context, made);
            Eventually.ends(caller);
            while (context.poll(false)) {
                // what is there
            }
        }
        assertThat(made).hasValue(0);
    }

    private static Thread interruptedCaller(boolean virtual, AioContext context, AtomicInteger made) {
        Runnable work = () ->
                assertThatThrownBy(() -> context.call(made::incrementAndGet)).isInstanceOf(InterruptedException.class);
        Thread caller =
                virtual ? Thread.ofVirtual().start(work) : Thread.ofPlatform().start(work);
        Eventually.holds("it is parked", () -> caller.getState() == Thread.State.WAITING);
        caller.interrupt();
        return caller;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptedCallerLeavesACallThatHasBegunAndItsFailureIsReported(boolean virtual) throws Exception {
        List<Throwable> reported = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        IOException failure = new IOException("nobody waits for it");
        AioContext context = AioContext.builder()
                .exceptionHandler((source, thrown) -> reported.add(thrown))
                .open();
        try (LoopThread loop = new LoopThread(context)) {
            FutureTask<Boolean> outcome = new FutureTask<>(() -> {
                try {
                    return context.call(() -> {
                        begun.countDown();
                        goOn.await();
                        throw failure;
                    });
                } catch (InterruptedException e) {
                    return Thread.currentThread().isInterrupted();
                }
            });
            Thread caller = virtual
                    ? Thread.ofVirtual().start(outcome)
                    : Thread.ofPlatform().start(outcome);
            begun.await();
            caller.interrupt();
            assertThat(get(outcome)).as("the interrupt is pending").isFalse();
            goOn.countDown();
            assertThat(loop.context.call(() -> List.copyOf(reported))).containsExactly(failure);
        }
    }

    @Test
    void aPermitOfSomebodyElseDoesNotEndTheWait() throws Exception {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            FutureTask<Integer> outcome = new FutureTask<>(() -> {
                LockSupport.unpark(Thread.currentThread());
                return loop.context.call(() -> {
                    begun.countDown();
                    goOn.await();
                    return 42;
                });
            });
            Thread caller = Thread.ofVirtual().start(outcome);
            begun.await();
            for (int i = 0; i < 100; i++) {
                LockSupport.unpark(caller);
            }
            Eventually.holds("it is parked", () -> caller.getState() == Thread.State.WAITING);
            goOn.countDown();
            assertThat(get(outcome)).isEqualTo(42);
        }
    }

    @Test
    void anInterruptThatComesBeforeItKeepsItFromBeingPushed() {
        AtomicInteger made = new AtomicInteger();
        try (AioContext context = AioContext.open()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> context.call(made::incrementAndGet)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            assertThat(context.poll(false)).isFalse();
        }
        assertThat(made).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAcceptedCallIsMadeByCloseAndALaterOneIsRefusedByName(boolean virtual) throws Exception {
        AioContext context = AioContext.builder().name("gone").open();
        FutureTask<Integer> outcome = new FutureTask<>(() -> context.call(() -> 42));
        Thread caller = virtual
                ? Thread.ofVirtual().start(outcome)
                : Thread.ofPlatform().start(outcome);
        Eventually.holds("it is parked", () -> caller.getState() == Thread.State.WAITING);
        context.close();
        assertThat(get(outcome)).isEqualTo(42);
        assertThatThrownBy(() -> get(start(virtual, () -> context.call(() -> 1))))
                .cause()
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("AioContext gone is closed");
        assertThatThrownBy(() -> context.call(() -> 1)).isInstanceOf(RejectedExecutionException.class);
    }
}
