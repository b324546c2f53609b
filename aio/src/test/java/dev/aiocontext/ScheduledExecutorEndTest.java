package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A scheduled executor that is shut down, by itself or with its context, and what its tasks are interrupted by. */
class ScheduledExecutorEndTest extends TimedExecutor {
    @Test
    void afterShutdownDelayedTasksRunAndPeriodicOnesAreCancelled() throws Exception {
        Future<?> delayed = executor.schedule(task("delayed"), 1, TimeUnit.SECONDS);
        Future<?> immediate = executor.submit(task("immediate"));
        Future<?> periodic = executor.scheduleAtFixedRate(task("periodic"), 1, 1, TimeUnit.SECONDS);
        ScheduledExecutorService other = ctx.scheduledExecutor();
        executor.shutdown();

        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.isTerminated()).isFalse();
        assertThat(executor.awaitTermination(0, TimeUnit.SECONDS)).isFalse();
        assertThat(periodic.isCancelled()).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.execute(task("late")))
                .withMessageContaining("shut down");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.schedule(task("late"), 1, TimeUnit.SECONDS));
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.scheduleAtFixedRate(task("late"), 1, 1, TimeUnit.SECONDS));

        assertThat(afterSeconds(10)).containsExactly("immediate", "delayed");
        assertThat(List.of(delayed, immediate)).allMatch(Future::isDone);
        assertThat(executor.isTerminated()).isTrue();
        assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
        assertThat(executor.toString()).contains("timed").contains("terminated");

        other.execute(task("other"));
        ctx.execute(task("context"));
        assertThat(now()).containsExactly("other", "context");
    }

    @Test
    void aPeriodicTaskThatShutsDownItsExecutorIsCancelled() {
        Future<?> periodic = executor.scheduleAtFixedRate(
                () -> {
                    ran.add("run");
                    executor.shutdown();
                    assertThat(executor.isTerminated()).isFalse();
                },
                1,
                1,
                TimeUnit.SECONDS);
        assertThat(afterSeconds(10)).containsExactly("run");
        assertThat(periodic.isCancelled()).isTrue();
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void shutdownNowHandsOutWhatHasNotBegun() {
        Future<?> delayed = executor.schedule(task("delayed"), 1, TimeUnit.SECONDS);
        Future<?> periodic = executor.scheduleAtFixedRate(task("periodic"), 1, 1, TimeUnit.SECONDS);
        executor.execute(task("immediate"));
        List<Runnable> neverBegun = executor.shutdownNow();

        assertThat(neverBegun).hasSize(3).contains((Runnable) delayed, (Runnable) periodic);
        assertThat(executor.isTerminated()).isTrue();
        assertThat(executor.shutdownNow()).isEmpty();
        assertThat(afterSeconds(10)).isEmpty();
        assertThat(delayed.isDone()).isFalse();
        neverBegun.forEach(Runnable::run);
        assertThat(ran).containsExactlyInAnyOrder("delayed", "periodic", "immediate");
        assertThat(delayed.state()).isEqualTo(Future.State.SUCCESS);
    }

    @Test
    void closingTheContextRunsWhatIsDueAtOnceAndCancelsTheRest() {
        Future<?> delayed = executor.schedule(task("delayed"), 1, TimeUnit.SECONDS);
        Future<?> periodic = executor.scheduleAtFixedRate(task("periodic"), 1, 1, TimeUnit.SECONDS);
        List<@Nullable Throwable> refused = new ArrayList<>();
        executor.execute(() -> {
            ran.add("immediate");
            try {
                executor.schedule(task("late"), 1, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                refused.add(e);
            }
        });
        ctx.close();

        assertThat(ran).containsExactly("immediate");
        assertThat(refused).hasSize(1);
        assertThat(List.of(delayed, periodic)).allMatch(Future::isCancelled);
        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(executor.shutdownNow()).isEmpty();
        executor.shutdown();
        executor.close();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.execute(task("late")))
                .withMessageContaining("timed is closed");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.schedule(task("late"), 1, TimeUnit.SECONDS));
        assertThatIllegalStateException().isThrownBy(ctx::scheduledExecutor).withMessageContaining("timed is closed");
    }

    @Test
    void theHomeThreadIsRefusedWhereItWouldWaitForItself() throws Exception {
        ScheduledFuture<String> future = executor.schedule(() -> "done", 1, TimeUnit.SECONDS);
        List<Callable<String>> calls = List.of(() -> "never");
        assertThatIllegalStateException().isThrownBy(future::get).withMessageContaining("timed");
        assertThatIllegalStateException().isThrownBy(() -> future.get(1, TimeUnit.DAYS));
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(0, TimeUnit.DAYS));
        assertThatIllegalStateException().isThrownBy(() -> executor.invokeAll(calls));
        assertThatIllegalStateException().isThrownBy(() -> executor.invokeAll(calls, 1, TimeUnit.DAYS));
        assertThatIllegalStateException().isThrownBy(() -> executor.invokeAny(calls));
        assertThatIllegalStateException().isThrownBy(() -> executor.invokeAny(calls, 1, TimeUnit.DAYS));
        assertThatIllegalStateException().isThrownBy(() -> executor.awaitTermination(1, TimeUnit.DAYS));
        assertThatIllegalStateException().isThrownBy(executor::close).withMessageContaining("scheduled executor");
        assertThat(executor.isShutdown()).isFalse();
        assertThat(executor.invokeAll(List.<Callable<String>>of())).isEmpty();

        afterSeconds(1);
        assertThat(future.get()).isEqualTo("done");
        assertThat(future.get(1, TimeUnit.DAYS)).isEqualTo("done");
        executor.scheduleAtFixedRate(task("cancelled by close"), 1, 1, TimeUnit.DAYS);
        executor.close();
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void aTaskKnowsNothingOfAnEarlierInterruptAndTheLoopNothingOfTheTasks() {
        executor.execute(() -> {
            ran.add("interrupted " + Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        });
        executor.execute(() -> ran.add("interrupted " + Thread.currentThread().isInterrupted()));
        assertThat(now()).containsExactly("interrupted false", "interrupted false");
        assertThat(Thread.interrupted()).isFalse();

        executor.execute(() -> ran.add("interrupted " + Thread.currentThread().isInterrupted()));
        Thread.currentThread().interrupt();
        assertThat(now()).containsExactly("interrupted false");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shutdownNowStopsATaskAlsoIfItIsCalledInAPollOfIt() {
        executor.execute(() -> {
            executor.execute(() -> {
                executor.shutdownNow();
                ran.add("inner interrupted " + Thread.currentThread().isInterrupted());
            });
            ctx.poll(false);
            ran.add("outer interrupted " + Thread.currentThread().isInterrupted());
            assertThat(executor.isTerminated()).isFalse();
        });
        assertThat(now()).containsExactly("inner interrupted true", "outer interrupted true");
        assertThat(Thread.interrupted()).isFalse();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(reported).isEmpty();
    }
}
