package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.concurrent.TimeUnit;

/** Wakes a blocked loop by a doorbell that is lossy on purpose, and sees whether the relay makes good for it. */
final class InsuranceTrial {
    /** Of this many rings one is lost. */
    static final int LOSE_ONE_IN = 100;

    /** Without the relay a loop counts as hanging after this time. With the relay the time is that of an intact doorbell. */
    static final long HANG = TimeUnit.MILLISECONDS.toNanos(100);

    private InsuranceTrial() {}

    /**
     * Measures for a time, or until a doorbell was lost.
     *
     * @param nanos the time
     */
    static InsuranceResult measure(RelayMode relay, long nanos) {
        return measure(relay, nanos, LOSE_ONE_IN);
    }

    private static InsuranceResult measure(RelayMode relay, long nanos, int loseOneIn) {
        long patience = relay == RelayMode.OFF ? HANG : WakeupTrial.PATIENCE;
        Histogram rescue = new Histogram();
        long wakeups = 0;
        long hangs = 0;
        try (TrialLoop loop = new TrialLoop(relay, loseOneIn)) {
            Errand errand = loop.newErrand();
            long until = System.nanoTime() + nanos;
            while (loop.doorbell().dropped() == 0 || System.nanoTime() - until < 0) {
                loop.awaitBlocked();
                long droppedBefore = loop.doorbell().dropped();
                errand.ask();
                wakeups++;
                if (!loop.awaitRan(errand, patience)) {
                    hangs++;
                    loop.unhang(errand);
                } else if (loop.doorbell().dropped() > droppedBefore) {
                    rescue.add(errand.latency());
                }
            }
            long rescues = loop.statistics().relay().rescues();
            return new InsuranceResult(relay, wakeups, loop.doorbell().dropped(), hangs, rescues, rescue.times());
        }
    }
}
