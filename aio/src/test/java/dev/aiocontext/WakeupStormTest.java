package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many wake-ups, each of which must arrive. */
@Tag("architecture")
class WakeupStormTest {
    private static final int THREADS = 4;

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD", "DEFERRED"})
    void aMillionWakeupsOfFourThreadsAllArrive(RelayMode relay) {
        int each = 250_000;
        AtomicLong ran = new AtomicLong();
        try (LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open())) {
            onThreads(() -> {
                for (int i = 0; i < each; i++) {
                    loop.context.execute(ran::incrementAndGet);
                }
            });
            Eventually.holds("all arrive", () -> ran.get() == (long) THREADS * each);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD", "DEFERRED"})
    void eachOfManyWakeupsThatAreWaitedForArrives(RelayMode relay) {
        // Each thread waits for its own bottom half before it schedules it again: the loop blocks in between.
        int each = 20_000;
        try (LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open())) {
            onThreads(() -> {
                AtomicLong ran = new AtomicLong();
                BottomHalf bh = loop.context.newBottomHalf("pong", ran::incrementAndGet);
                for (int i = 1; i <= each; i++) {
                    int round = i;
                    bh.schedule();
                    if (ran.get() != round) {
                        Eventually.holds("the bottom half runs", () -> ran.get() == round);
                    }
                }
                bh.delete();
            });
        }
    }

    @Test
    void whatGoesAtRandomBetweenFiveLoopsArrives() {
        int hops = 20_000;
        int balls = 10;
        List<LoopThread> loops = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            loops.add(new LoopThread(AioContext.open()));
        }
        AtomicLong arrived = new AtomicLong();
        for (int ball = 0; ball < balls; ball++) {
            new Ball(loops, ball, hops, arrived).run();
        }
        Eventually.holds("all balls arrive", () -> arrived.get() == balls);
        loops.forEach(LoopThread::close);
    }

    private static final class Ball implements Runnable {
        private final List<LoopThread> loops;
        private final java.util.Random random;
        private final AtomicLong arrived;
        private int hopsLeft;

        Ball(List<LoopThread> loops, int seed, int hops, AtomicLong arrived) {
            this.loops = loops;
            this.random = new java.util.Random(seed);
            this.hopsLeft = hops;
            this.arrived = arrived;
        }

        @Override
        public void run() {
            if (hopsLeft-- == 0) {
                arrived.incrementAndGet();
            } else {
                loops.get(random.nextInt(loops.size())).context.execute(this);
            }
        }
    }

    private static void onThreads(Runnable work) {
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    work.run();
                } catch (Throwable t) {
                    failures.add(t);
                }
            }));
        }
        threads.forEach(Eventually::ends);
        assertThat(failures).isEmpty();
    }
}
