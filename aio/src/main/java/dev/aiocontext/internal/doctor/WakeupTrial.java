package dev.aiocontext.internal.doctor;

import dev.aiocontext.AioStatistics;
import dev.aiocontext.RelayMode;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a loop with one relay mode. First, for the times, it does so only when the kernel says that the loop sleeps. Then, for the
 * losses, it does so when the loop is about to go to sleep, because that is when a wake-up is lost if it ever is.
 */
final class WakeupTrial {
    /** The time after which the loop is given up. It is long, because nothing but a lost wake-up may take that long. */
    static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private static final long AT_LEAST = 100;
    private static final long RACE_PATIENCE = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int RACE_SPINS = 32;

    private final RelayMode relay;
    private final int loseOneIn;
    private final Histogram latency = new Histogram();
    private final Histogram notifier = new Histogram();
    private long blocked;
    private long racing;
    private long lost;

    private WakeupTrial(RelayMode relay, int loseOneIn) {
        this.relay = relay;
        this.loseOneIn = loseOneIn;
    }

    /**
     * Measures for a time, or for at least 100 wake-ups of each kind.
     *
     * @param nanos the time; the first seventh is to warm up, and timed for nobody
     */
    static WakeupResult measure(RelayMode relay, long nanos) {
        return measure(relay, nanos, 0);
    }

    static WakeupResult measure(RelayMode relay, long nanos, int loseOneIn) {
        return new WakeupTrial(relay, loseOneIn).run(nanos);
    }

    private WakeupResult run(long nanos) {
        try (TrialLoop loop = new TrialLoop(relay, loseOneIn)) {
            Errand errand = loop.newErrand();
            long start = System.nanoTime();
            wakeBlocked(loop, errand, start + nanos / 7, false);
            wakeBlocked(loop, errand, start + nanos / 7 * 5, true);
            race(loop, errand, start + nanos);
            AioStatistics counted = loop.statistics();
            return new WakeupResult(
                    relay,
                    blocked,
                    racing,
                    lost,
                    counted.relay().echoes(),
                    counted.relay().rescues(),
                    latency.times(),
                    notifier.times());
        }
    }

    private void wakeBlocked(TrialLoop loop, Errand errand, long until, boolean timed) {
        long enough = blocked + AT_LEAST;
        while (blocked < enough || System.nanoTime() - until < 0) {
            loop.awaitBlocked();
            long ringsBefore = loop.doorbell().rings();
            errand.ask();
            boolean ran = ranOrUnhang(loop, errand);
            blocked++;
            // Without a ring the loop was asleep for another reason than to wait: the JVM had halted it.
            if (timed && ran && loop.doorbell().rings() > ringsBefore) {
                latency.add(errand.latency());
                notifier.add(errand.cost());
            }
        }
    }

    /**
     * Asks right after the last errand ran, when the loop looks for more and then goes to sleep. On a busy machine the errand
     * may not run while this thread does, so it is not waited for like that for long.
     */
    private void race(TrialLoop loop, Errand errand, long until) {
        SplittableRandom random = new SplittableRandom();
        while (racing < AT_LEAST || System.nanoTime() - until < 0) {
            errand.ask();
            long giveWay = System.nanoTime() + RACE_PATIENCE;
            while (!errand.hasRun() && System.nanoTime() - giveWay < 0) {
                Thread.onSpinWait();
            }
            ranOrUnhang(loop, errand);
            racing++;
            for (int spins = random.nextInt(RACE_SPINS); spins > 0; spins--) {
                Thread.onSpinWait();
            }
        }
    }

    private boolean ranOrUnhang(TrialLoop loop, Errand errand) {
        boolean ran = loop.awaitRan(errand, PATIENCE);
        if (!ran) {
            lost++;
            loop.unhang(errand);
        }
        return ran;
    }
}
