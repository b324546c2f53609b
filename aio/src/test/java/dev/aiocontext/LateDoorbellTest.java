package dev.aiocontext;

import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A notifier that is held up after it rang, until the loop has done all it can and sleeps again: what it announced must have
 * been there when it rang.
 */
class LateDoorbellTest {
    private volatile boolean armed;

    /** Opens a context whose doorbell keeps whoever rings it. */
    private LoopThread open() {
        LoopThread[] loop = new LoopThread[1];
        AioContext context = Doorbell.withFault(
                real -> arming -> {
                    real.ring(arming);
                    if (armed) {
                        loop[0].awaitBlockedOrEnded();
                    }
                },
                AioContext::open);
        loop[0] = new LoopThread(context);
        loop[0].awaitBlocked();
        armed = true;
        return loop[0];
    }

    @Test
    void workIsThereWhenItIsAnnounced() {
        AtomicInteger ran = new AtomicInteger();
        try (LoopThread loop = open()) {
            loop.context.execute(ran::incrementAndGet);
            Eventually.holds("the task runs", () -> ran.get() == 1);
        }
    }

    @Test
    void aBottomHalfIsThereWhenItIsAnnounced() {
        AtomicInteger ran = new AtomicInteger();
        try (LoopThread loop = open()) {
            BottomHalf bh = loop.context.newBottomHalf("late", ran::incrementAndGet);
            bh.schedule();
            Eventually.holds("the bottom half runs", () -> ran.get() == 1);
            bh.close();
        }
    }

    @Test
    void aStopIsThereWhenItIsAnnounced() {
        LoopThread loop = open();
        loop.context.stop();
        Eventually.ends(loop.thread);
        loop.close();
    }

    @Test
    void aRingForAWaitThatIsOverWakesTheLoopOnce() {
        Doorbell[] bell = new Doorbell[1];
        AioContext context = Doorbell.withFault(real -> bell[0] = real, AioContext::open);
        try (LoopThread loop = new LoopThread(context)) {
            for (int i = 0; i < 20; i++) {
                loop.awaitBlocked();
                long polls = loop.context.statistics().polls();
                bell[0].ring(0);
                Eventually.holds(
                        "the loop wakes", () -> loop.context.statistics().polls() > polls);
            }
            loop.awaitBlocked();
        }
    }
}
