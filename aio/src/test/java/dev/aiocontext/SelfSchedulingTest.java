package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A bottom half that schedules itself, and is scheduled by others at the same time, runs once an iteration all the same. */
class SelfSchedulingTest {
    private static final int ITERATIONS = 200_000;

    @Test
    void schedulersThatMeetDoNotMakeItRunTwiceAnIteration() {
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> schedulers = new ArrayList<>();
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            AtomicInteger runs = new AtomicInteger();
            BottomHalf[] self = new BottomHalf[1];
            self[0] = ctx.newBottomHalf("self", () -> {
                runs.incrementAndGet();
                self[0].schedule();
            });
            self[0].schedule();
            for (int i = 0; i < 2; i++) {
                schedulers.add(Thread.ofPlatform().start(() -> {
                    while (!done.get()) {
                        self[0].schedule();
                    }
                }));
            }
            int most = 0;
            for (int i = 0; i < ITERATIONS; i++) {
                int before = runs.get();
                ctx.poll(false);
                most = Math.max(most, runs.get() - before);
            }
            done.set(true);
            schedulers.forEach(Eventually::ends);
            self[0].close();
            assertThat(most).as("runs in one iteration").isEqualTo(1);
        } finally {
            done.set(true);
        }
    }
}
