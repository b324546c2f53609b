package dev.aiocontext.faults;

import dev.aiocontext.BottomHalf;
import dev.aiocontext.Eventually;
import dev.aiocontext.LoopThread;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** How long the tests of faults run, and the wake-ups that they count on. */
final class Rounds {
    /** How many times longer than in every build: {@code -Ddev.aiocontext.faults.times=20}. */
    private static final int TIMES = Integer.getInteger("dev.aiocontext.faults.times", 1);

    private static final long SEED = Long.getLong("dev.aiocontext.faults.seed", 1184405);

    private Rounds() {}

    static int of(int inEveryBuild) {
        return inEveryBuild * TIMES;
    }

    /** The same in every build, unless {@code -Ddev.aiocontext.faults.seed=} says otherwise. */
    static Random random() {
        return new Random(SEED);
    }

    /** Waits for threads, as long as it takes: each wait in them has a limit of its own. */
    static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Wakes a loop, waits until it has run, and so on: in between the loop mostly blocks. All must arrive. */
    static void pingPong(LoopThread loop, int rounds) {
        AtomicLong ran = new AtomicLong();
        BottomHalf bh = loop.context.newBottomHalf("pong", ran::incrementAndGet);
        for (int i = 1; i <= rounds; i++) {
            int round = i;
            bh.schedule();
            if (ran.get() != round) {
                Eventually.holds("bottom half " + round + " runs", () -> ran.get() == round);
            }
        }
        bh.delete();
    }
}
