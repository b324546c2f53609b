package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a scheduling leaves behind when it is taken back, or done: an entry in a queue, and nothing that is noticed. */
class BottomHalfCancelTest {
    private final AioContext ctx = AioContext.open();
    private final AtomicInteger runs = new AtomicInteger();
    private final BottomHalf bottomHalf = ctx.newBottomHalf("cancelled", runs::incrementAndGet);

    @AfterEach
    void close() {
        bottomHalf.close();
        ctx.close();
    }

    @Test
    void oneThatIsDeletedWhileTheLoopGivesItsSchedulingBackIsNoFailureOfThePoll() {
        bottomHalf.close();
        ((BottomHalfWork) bottomHalf).scheduleAgain(); // what a poll does that dropped a scheduling too many
        assertThat(ctx.poll(false)).isFalse();
        assertThat(runs).hasValue(0);
    }

    @Test
    void aCancelledOneThatIsThenScheduledWhenIdleIsIdle() {
        bottomHalf.schedule();
        bottomHalf.cancel();
        bottomHalf.scheduleIdle();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(runs).hasValue(1);
        assertThat(ctx.poll(false)).isFalse();
        assertThat(runs).hasValue(1);
    }

    @Test
    void aCancelledIdleOneThatIsThenScheduledIsProgressAndRunsOnce() {
        bottomHalf.scheduleIdle();
        bottomHalf.cancel();
        bottomHalf.schedule();
        assertThat(ctx.poll(false)).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(runs).hasValue(1);
    }

    @Test
    void oneThatHasRunIsIdleIfItIsScheduledSo() {
        bottomHalf.schedule();
        assertThat(ctx.poll(false)).isTrue();
        bottomHalf.scheduleIdle();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(runs).hasValue(2);
    }

    @Test
    void aCancelledOneDoesNotKeepTheLoopAwake() {
        AtomicInteger tid = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        Thread home = Thread.ofPlatform().daemon().start(() -> {
            bottomHalf.schedule();
            bottomHalf.cancel();
            tid.set(Libc.gettid());
            ctx.poll(true);
            ended.set(true);
        });
        Eventually.holds("the poll begins", () -> ctx.statistics().polls() == 1);
        Eventually.holds("the loop blocks or ends", () -> ended.get() || isAsleepForAWhile(tid.get()));
        assertThat(ended).isFalse();
        ctx.wakeup();
        Eventually.ends(home);
        assertThat(runs).hasValue(0);
    }

    /** More than one look: a thread that runs sleeps too, now and then, for a safepoint. */
    private static boolean isAsleepForAWhile(int tid) {
        for (int look = 0; look < 10; look++) {
            if (!KernelThreads.isSleeping(tid)) {
                return false;
            }
        }
        return true;
    }
}
