package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
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
    void aMillionWakeupsOfFourThreadsAllArrive(RelayMode relay) throws InterruptedException {
        int each = Rounds.of(250_000);
        AtomicLong ran = new AtomicLong();
        try (LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open())) {
            onThreads(() -> {
                for (int i = 0; i < each; i++) {
                    loop.context.execute(ran::incrementAndGet);
                }
            });
            arrive(ran, (long) THREADS * each);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD", "DEFERRED"})
    void eachOfManyWakeupsThatAreWaitedForArrives(RelayMode relay) throws InterruptedException {
        // Each thread waits for its own bottom half before it schedules it again: the loop blocks in between.
        int each = Rounds.of(20_000);
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
                bh.close();
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
        AtomicLong made = new AtomicLong();
        for (int ball = 0; ball < balls; ball++) {
            new Ball(loops, ball, hops, made).run();
        }
        arrive(made, (long) balls * hops);
        loops.forEach(LoopThread::close);
    }

    private static final class Ball implements Runnable {
        private final List<LoopThread> loops;
        private final java.util.Random random;
        private final AtomicLong made;
        private int hopsLeft;

        Ball(List<LoopThread> loops, int seed, int hops, AtomicLong made) {
            this.loops = loops;
            this.random = new java.util.Random(seed);
            this.hopsLeft = hops;
            this.made = made;
        }

        @Override
        public void run() {
            made.incrementAndGet();
            if (--hopsLeft > 0) {
                loops.get(random.nextInt(loops.size())).context.execute(this);
            }
        }
    }

    /** Waits for the last of many, as long as it takes: each wait for the next ones has the limit. */
    private static void arrive(AtomicLong arrived, long all) {
        long step = all / 100;
        for (long part = step; part <= all; part += step) {
            long some = part;
            Eventually.holds(some + " of " + all + " arrive", () -> arrived.get() >= some);
        }
        assertThat(arrived).hasValue(all);
    }

    /** Waits for their end, as long as it takes: each wait in them has a limit of its own. */
    private static void onThreads(Runnable work) throws InterruptedException {
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
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
