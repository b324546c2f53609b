package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When the tasks of a scheduled executor run, and what becomes of their results. */
class ScheduledExecutorTest extends TimedExecutor {
    @Test
    void tasksRunInTheOrderOfTheirTimesAndNeverEarly() {
        Future<?> third = executor.schedule(task("third"), 3, TimeUnit.SECONDS);
        Future<String> first = executor.schedule(() -> "first", 1, TimeUnit.SECONDS);
        Future<?> second = executor.schedule(task("second"), 2, TimeUnit.SECONDS);
        Future<?> tied = executor.schedule(task("tied"), 2, TimeUnit.SECONDS);
        executor.execute(task("at once"));
        Future<String> submitted = executor.submit(task("at once too"), "result");

        assertThat(now()).containsExactly("at once", "at once too");
        assertThat(submitted.resultNow()).isEqualTo("result");
        assertThat(after(Duration.ofSeconds(1).minusNanos(1))).isEmpty();
        assertThat(first.state()).isEqualTo(Future.State.RUNNING);
        assertThat(after(Duration.ofNanos(1))).isEmpty();
        assertThat(first.resultNow()).isEqualTo("first");
        assertThat(afterSeconds(10)).containsExactly("second", "tied", "third");
        assertThat(List.of(second, tied, third)).allMatch(Future::isDone);
    }

    @Test
    void aTaskThatIsScheduledByATaskWaitsFromThatMomentOn() {
        executor.schedule(
                () -> {
                    clock.advance(Duration.ofMillis(400)); // so long it takes
                    executor.schedule(task("inner"), 1, TimeUnit.SECONDS);
                },
                1,
                TimeUnit.SECONDS);
        assertThat(afterSeconds(1)).isEmpty();
        assertThat(after(Duration.ofSeconds(1).minusNanos(1))).isEmpty();
        assertThat(after(Duration.ofNanos(1))).containsExactly("inner");
    }

    @Test
    void aFixedRateCatchesUp() {
        ScheduledFuture<?> future = executor.scheduleAtFixedRate(task("tick"), 0, 1, TimeUnit.SECONDS);
        assertThat(now()).hasSize(1);
        assertThat(after(Duration.ofMillis(3500))).hasSize(3);
        assertThat(future.getDelay(TimeUnit.MILLISECONDS)).isEqualTo(500);
        assertThat(after(Duration.ofMillis(500))).hasSize(1);
        assertThat(future.isDone()).isFalse();
        assertThat(future.cancel(false)).isTrue();
        assertThat(afterSeconds(10)).isEmpty();
    }

    @Test
    void aFixedDelayCountsFromTheEndOfARun() {
        ScheduledFuture<?> future = executor.scheduleWithFixedDelay(
                () -> {
                    ran.add("run");
                    clock.advance(Duration.ofMillis(2300)); // so long it takes
                },
                1,
                1,
                TimeUnit.SECONDS);
        assertThat(afterSeconds(1)).hasSize(1);
        assertThat(future.getDelay(TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(after(Duration.ofSeconds(1).minusNanos(1))).isEmpty();
        assertThat(after(Duration.ofNanos(1))).hasSize(1);
        assertThat(((RunnableScheduledFuture<?>) future).isPeriodic()).isTrue();
        future.cancel(false);
    }

    @Test
    void aPeriodicTaskThatThrowsIsDoneAndRunsNoMore() {
        ScheduledFuture<?> future = executor.scheduleAtFixedRate(
                () -> {
                    ran.add("run");
                    throw new IllegalCallerException("enough");
                },
                1,
                1,
                TimeUnit.SECONDS);
        assertThat(afterSeconds(10)).containsExactly("run");
        assertThat(future.isDone()).isTrue();
        assertThat(future.state()).isEqualTo(Future.State.FAILED);
        assertThat(future.exceptionNow()).isInstanceOf(IllegalCallerException.class);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get);
        assertThat(reported).isEmpty();
    }

    @Test
    void whatATaskThrowsIsInItsFutureAndIsReportedIfItHasNone() {
        Callable<String> failing = () -> {
            throw new IOException("on purpose");
        };
        assertThat(now()).isEmpty();
        Future<String> submitted = executor.submit(failing);
        Future<String> scheduled = executor.schedule(failing, 1, TimeUnit.SECONDS);
        afterSeconds(1);
        assertThat(submitted.exceptionNow()).isInstanceOf(IOException.class);
        assertThat(scheduled.exceptionNow()).isInstanceOf(IOException.class);
        assertThat(reported).isEmpty();

        IllegalCallerException thrown = new IllegalCallerException("on purpose");
        executor.execute(() -> {
            throw thrown;
        });
        executor.execute(task("next"));
        assertThat(now()).containsExactly("next");
        assertThat(reported).containsExactly(thrown);
    }

    @Test
    void aCancelledTaskDoesNotRunAndIsLetGoAtOnce() {
        Future<?> delayed = executor.schedule(task("delayed"), 1, TimeUnit.SECONDS);
        Future<?> immediate = executor.submit(task("immediate"));
        Future<?> periodic = executor.scheduleAtFixedRate(task("periodic"), 1, 1, TimeUnit.SECONDS);
        for (Future<?> each : List.of(delayed, immediate, periodic)) {
            assertThat(each.cancel(true)).isTrue();
            assertThat(each.cancel(true)).isFalse();
            assertThat(each.state()).isEqualTo(Future.State.CANCELLED);
        }
        executor.shutdown();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(afterSeconds(10)).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aPeriodicTaskCanCancelItself() {
        List<Future<?>> self = new ArrayList<>();
        self.add(executor.scheduleWithFixedDelay(
                () -> {
                    ran.add("run");
                    self.getFirst().cancel(false);
                },
                1,
                1,
                TimeUnit.SECONDS));
        assertThat(afterSeconds(10)).containsExactly("run");
        assertThat(self.getFirst().isCancelled()).isTrue();
        executor.shutdown();
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void futuresCompareByTheirTimesAndThenByTheOrderOfSubmission() {
        ScheduledFuture<?> late = executor.schedule(task("late"), 2, TimeUnit.SECONDS);
        ScheduledFuture<?> soon = executor.schedule(task("soon"), 1, TimeUnit.SECONDS);
        ScheduledFuture<?> tied = executor.schedule(task("tied"), 1, TimeUnit.SECONDS);
        ScheduledFuture<?> never = executor.schedule(task("never"), Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        Delayed foreign = new Delayed() {
            @Override
            public long getDelay(TimeUnit unit) {
                return unit.convert(1500, TimeUnit.MILLISECONDS);
            }

            @Override
            public int compareTo(Delayed other) {
                throw new AssertionError();
            }
        };
        assertThat(soon.getDelay(TimeUnit.MILLISECONDS)).isEqualTo(1000);
        assertThat(soon.compareTo(late)).isNegative();
        assertThat(soon.compareTo(tied)).isNegative();
        assertThat(tied.compareTo(soon)).isPositive();
        assertThat(never.compareTo(late)).isPositive();
        assertThat(soon.compareTo(foreign)).isNegative();
        assertThat(late.compareTo(foreign)).isPositive();
        clock.advance(Duration.ofSeconds(5));
        assertThat(soon.getDelay(TimeUnit.SECONDS)).isEqualTo(-4);
        assertThat(soon.compareTo(late)).isNegative();
    }

    @Test
    void timesWithoutAnEndNeverComeAndDisturbNobody() {
        executor.schedule(task("never"), Long.MAX_VALUE, TimeUnit.DAYS);
        executor.scheduleAtFixedRate(task("rate"), 0, Long.MAX_VALUE, TimeUnit.DAYS);
        executor.scheduleWithFixedDelay(task("delay"), 0, Long.MAX_VALUE, TimeUnit.DAYS);
        executor.scheduleAtFixedRate(task("past"), Long.MIN_VALUE, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        executor.schedule(task("long ago"), Long.MIN_VALUE, TimeUnit.DAYS);
        assertThat(now()).containsExactlyInAnyOrder("rate", "delay", "past", "long ago");
        assertThat(afterSeconds(100 * YEAR)).isEmpty();
    }

    @Test
    @SuppressWarnings("NullAway") // the point of it
    void badArgumentsAreRefused() {
        Runnable none = null;
        Callable<String> noCall = null;
        assertThatNullPointerException().isThrownBy(() -> executor.execute(none));
        assertThatNullPointerException().isThrownBy(() -> executor.submit(none));
        assertThatNullPointerException().isThrownBy(() -> executor.submit(noCall));
        assertThatNullPointerException().isThrownBy(() -> executor.schedule(none, 1, TimeUnit.SECONDS));
        assertThatNullPointerException().isThrownBy(() -> executor.schedule(noCall, 1, TimeUnit.SECONDS));
        assertThatNullPointerException().isThrownBy(() -> executor.schedule(task("unit"), 1, null));
        assertThatNullPointerException().isThrownBy(() -> executor.scheduleAtFixedRate(none, 1, 1, TimeUnit.SECONDS));
        assertThatNullPointerException().isThrownBy(() -> executor.scheduleAtFixedRate(task("unit"), 1, 1, null));
        assertThatNullPointerException()
                .isThrownBy(() -> executor.scheduleWithFixedDelay(none, 1, 1, TimeUnit.SECONDS));
        for (long period : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> executor.scheduleAtFixedRate(task("period"), 1, period, TimeUnit.SECONDS))
                    .withMessageContaining("period");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> executor.scheduleWithFixedDelay(task("delay"), 1, period, TimeUnit.SECONDS))
                    .withMessageContaining("delay");
        }
        executor.shutdown();
        assertThat(executor.isTerminated()).isTrue();
    }
}
