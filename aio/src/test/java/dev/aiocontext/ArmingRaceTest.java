package dev.aiocontext;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A notifier that comes just when the loop goes to sleep, through with the work before: it waits for that work without leaving
 * its processor, and then for another moment, a longer one from round to round.
 */
class ArmingRaceTest {
    private static final int ROUNDS = 100_000;
    private static final int MOMENTS = 50;
    private static final int LOOKS = 100_000;

    private final AtomicLong ran = new AtomicLong();

    @Test
    void workThatComesAsTheLoopGoesToSleepIsFound() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            for (int i = 1; i <= ROUNDS; i++) {
                loop.context.execute(ran::incrementAndGet);
                awaitRun(i);
                for (int moment = i % MOMENTS; moment > 0; moment--) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private void awaitRun(long number) {
        for (int look = 0; ran.get() != number && look < LOOKS; look++) {
            Thread.onSpinWait();
        }
        if (ran.get() != number) { // lost, or the machine is busy with other things
            Eventually.holds("task " + number + " runs", () -> ran.get() == number);
        }
    }
}
