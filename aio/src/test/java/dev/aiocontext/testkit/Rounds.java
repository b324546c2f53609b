package dev.aiocontext.testkit;

import dev.aiocontext.BottomHalf;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Says how many rounds a long test runs, and plays the rounds that several tests share. */
public final class Rounds {
    /** How many times longer than the profile {@code proof} the tests run: {@code -Ddev.aiocontext.faults.times=20}. */
    private static final int TIMES = Integer.getInteger("dev.aiocontext.faults.times", 1);

    private static final String PART = "dev.aiocontext.test.part";

    /** The build without the profile {@code proof} says 25: each test then runs a 25th of its rounds. */
    private static final int DIVISOR = Integer.getInteger(PART, 1);

    private static final long SEED = Long.getLong("dev.aiocontext.faults.seed", 1184405);

    private Rounds() {}

    /**
     * Says how many rounds a test runs now.
     *
     * @param inProof how many it runs in the profile {@code proof}
     * @return as many, or more, or fewer, but at least one
     */
    public static int of(int inProof) {
        return Math.max(1, inProof * TIMES / DIVISOR);
    }

    /**
     * Chooses the cases that a test runs now: all, or in the build without the profile {@code proof} every n-th, the first
     * among them. A step that has no divisor in common with the width of a table takes cases of all its columns.
     */
    public static <T> Stream<T> cases(int every, List<T> inProof) {
        return IntStream.range(0, inProof.size())
                .filter(i -> !areFew() || i % every == 0)
                .mapToObj(inProof::get);
    }

    /** {@return whether tests run in their short form} */
    public static boolean areFew() {
        return DIVISOR > 1;
    }

    /**
     * {@return the option by which a child JVM runs as many rounds as this one}
     */
    public static String option() {
        return "-D" + PART + "=" + DIVISOR;
    }

    /** {@return random numbers, the same in every build unless {@code -Ddev.aiocontext.faults.seed=} says otherwise} */
    public static Random random() {
        return new Random(SEED);
    }

    /** Waits for threads, as long as it takes: each wait in them has a limit of its own. */
    public static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Wakes a loop, waits until it has run, and so on: in between the loop mostly blocks. All must arrive. */
    public static void pingPong(LoopThread loop, int rounds) {
        AtomicLong ran = new AtomicLong();
        BottomHalf bh = loop.context.newBottomHalf("pong", ran::incrementAndGet);
        for (int i = 1; i <= rounds; i++) {
            int round = i;
            bh.schedule();
            if (ran.get() != round) {
                Eventually.holds("bottom half " + round + " runs", () -> ran.get() == round);
            }
        }
        bh.close();
    }
}
