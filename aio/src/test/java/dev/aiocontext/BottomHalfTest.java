package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What QEMU's own tests hold bottom halves to, and what ours promise beyond. */
class BottomHalfTest {
    private final AioContext ctx = AioContext.open();
    private final List<BottomHalf> made = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();

    @AfterEach
    void close() {
        made.forEach(BottomHalf::close);
        ctx.close();
    }

    private BottomHalf bottomHalf(String name) {
        return bottomHalf(name, () -> {});
    }

    private BottomHalf bottomHalf(String name, Runnable then) {
        BottomHalf bh = ctx.newBottomHalf(name, () -> {
            ran.add(name);
            then.run();
        });
        made.add(bh);
        return bh;
    }

    @Test
    void schedulingDoesNotRunItButTheNextPollDoesOnce() {
        BottomHalf bh = bottomHalf("a");
        bh.schedule();
        assertThat(ran).isEmpty();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ran).containsExactly("a");
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).containsExactly("a");
    }

    @Test
    void schedulingItTwiceRunsItOnce() {
        BottomHalf bh = bottomHalf("a");
        bh.schedule();
        bh.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("a");
    }

    @Test
    void itRunsOncePerPollWhenItReschedulesItself() {
        BottomHalf[] self = new BottomHalf[1];
        self[0] = bottomHalf("a", () -> {
            if (ran.size() < 10) {
                self[0].schedule();
            }
        });
        self[0].schedule();
        for (int i = 1; i <= 10; i++) {
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ran).hasSize(i);
        }
        assertThat(ctx.poll(false)).isFalse();
    }

    @Test
    void bottomHalvesAndTasksRunInTheOrderOfScheduling() {
        BottomHalf a = bottomHalf("a");
        BottomHalf b = bottomHalf("b");
        b.schedule();
        ctx.execute(() -> ran.add("task"));
        a.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("b", "task", "a");
    }

    @Test
    void aCancelledOneDoesNotRunAndIsNoProgress() {
        BottomHalf bh = bottomHalf("a");
        bh.schedule();
        bh.cancel();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).isEmpty();
        bh.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("a");
    }

    @Test
    void aCancelledOneCanBeScheduledAgainBeforeThePoll() {
        BottomHalf bh = bottomHalf("a");
        bh.schedule();
        bh.cancel();
        bh.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("a");
    }

    @Test
    void aScheduledOneThatIsClosedNeverRuns() {
        BottomHalf bh = bottomHalf("a");
        bh.schedule();
        bh.close();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).isEmpty();
        assertThatThrownBy(bh::schedule)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a is closed");
        bh.close();
    }

    @Test
    void itMayDeleteItselfAndAnother() {
        BottomHalf other = bottomHalf("other");
        BottomHalf[] self = new BottomHalf[1];
        self[0] = bottomHalf("self", () -> {
            self[0].close();
            other.close();
        });
        self[0].schedule();
        other.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("self");
    }

    @Test
    void anIdleOneRunsWithoutProgress() {
        BottomHalf bh = bottomHalf("idle");
        bh.scheduleIdle();
        assertThat(ctx.poll(true)).isFalse();
        assertThat(ran).containsExactly("idle");
    }

    @Test
    void anIdleOneThatReschedulesItselfLetsTheLoopSleep() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            int[] runs = new int[1];
            BottomHalf[] self = new BottomHalf[1];
            self[0] = loop.context.newBottomHalf("idle", () -> {
                runs[0]++;
                self[0].scheduleIdle();
            });
            self[0].scheduleIdle();
            Eventually.holds("it runs again and again", () -> runs[0] > 5);
            loop.awaitBlocked();
            self[0].close();
        }
    }

    @Test
    void noIdleSchedulingIsLost() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            AtomicLong ran = new AtomicLong();
            BottomHalf bh = loop.context.newBottomHalf("idle", ran::incrementAndGet);
            for (int i = 0; i < 100_000; i++) {
                bh.cancel();
                long before = ran.get();
                bh.scheduleIdle();
                if (i % 100 == 0) {
                    Eventually.holds("it runs", () -> ran.get() > before);
                }
            }
            long before = ran.get();
            bh.scheduleIdle();
            Eventually.holds("it runs", () -> ran.get() > before);
            bh.close();
        }
    }

    @Test
    void anIdleOneThatIsScheduledProperlyIsProgressAtOnce() {
        BottomHalf bh = bottomHalf("a");
        bh.scheduleIdle();
        bh.schedule();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ran).containsExactly("a");
        assertThat(ctx.poll(false)).isFalse();
    }

    @Test
    void anIdleOneThatIsScheduledProperlyWakesTheLoopThatMayWaitForIt() {
        BottomHalf bh = bottomHalf("a");
        bh.scheduleIdle();
        bh.schedule();
        ctx.poll(false);
        assertThat(ctx.statistics().wakeups().asked())
                .as("the bottom half, and a bare wake-up")
                .isEqualTo(2);
    }

    @Test
    void anIdleOneWakesALoopThatWaitsForEver() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            loop.awaitBlocked();
            boolean[] idleRan = new boolean[1];
            BottomHalf bh = loop.context.newBottomHalf("idle", () -> idleRan[0] = true);
            bh.scheduleIdle();
            Eventually.holds("the idle one runs", () -> idleRan[0]);
            bh.close();
        }
    }

    @Test
    void aNestedPollRunsWhatTheOuterOneHasLeft() {
        BottomHalf second = bottomHalf("second");
        BottomHalf late = bottomHalf("late");
        BottomHalf first = bottomHalf("first", () -> {
            late.schedule();
            assertThat(ctx.poll(false)).isTrue();
            ran.add("end of first");
        });
        first.schedule();
        second.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ran).containsExactly("first", "second", "late", "end of first");
        assertThat(ctx.poll(false)).isFalse();
    }

    @Test
    void aBlockingNestedPollDoesNotBlockOnWhatTheOuterOneHasLeft() {
        BottomHalf second = bottomHalf("second");
        BottomHalf first = bottomHalf("first", () -> assertThat(ctx.poll(true)).isTrue());
        first.schedule();
        second.schedule();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void theCallbackSeesWhatWhoeverScheduledItLastDidBefore() {
        // The bug of 2015: a schedule() that finds it pending must not be of no effect while the callback is past
        // reading the request.
        int rounds = 200_000;
        long[] request = new long[1];
        long[] seen = new long[1];
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            BottomHalf bh = loop.context.newBottomHalf("reader", () -> {
                synchronized (seen) {
                    seen[0] = request[0];
                }
            });
            for (int i = 1; i <= rounds; i++) {
                request[0] = i;
                bh.schedule();
            }
            Eventually.holds("the last request is seen", () -> {
                synchronized (seen) {
                    return seen[0] == rounds;
                }
            });
            bh.close();
        }
    }

    @Test
    void theContextClosesThoseThatAreLeftOpenWhenItIsClosed() {
        AioContext leaky = AioContext.builder().name("leaky").open();
        BottomHalf left = leaky.newBottomHalf("left", () -> {});
        leaky.close();
        assertThat(left.isOpen()).isFalse();
        assertThatThrownBy(left::schedule)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bottom half left");
    }

    @Test
    void oneThatWasCancelledAndThenScheduledWhenIdleWaitsAndIsNoProgress() {
        BottomHalf bh = bottomHalf("idle");
        bh.schedule();
        bh.cancel();
        bh.scheduleIdle();
        long began = System.nanoTime();
        assertThat(ctx.poll(true)).isFalse();
        assertThat(System.nanoTime() - began).as("at least 10 ms").isGreaterThanOrEqualTo(9_900_000);
        assertThat(ran).containsExactly("idle");
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).containsExactly("idle");
    }

    @Test
    void oneThatWasIdleAndThenScheduledRunsOnceAndIsProgress() {
        BottomHalf bh = bottomHalf("now");
        bh.scheduleIdle();
        bh.schedule();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ran).containsExactly("now");
    }
}
