package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.SplittableRandom;

/**
 * A doorbell that counts how often it is rung and, if told to, is lossy: of every so many rings it swallows one, at
 * random, so that even a short trial sees a loss. One notifier thread only.
 */
final class ProbedDoorbell implements Doorbell {
    private final Doorbell real;
    private final int loseOneIn;
    private final SplittableRandom random = new SplittableRandom();
    private long rings;
    private long dropped;
    private int toLose;

    /**
     * Wraps a doorbell.
     *
     * @param loseOneIn of how many rings one is lost; 0: none
     */
    ProbedDoorbell(Doorbell real, int loseOneIn) {
        this.real = real;
        this.loseOneIn = loseOneIn;
    }

    @Override
    public void ring(long arming) {
        if (loses()) {
            dropped++;
        } else {
            real.ring(arming);
        }
        rings++;
    }

    private boolean loses() {
        if (loseOneIn == 0) {
            return false;
        }
        int ofThese = (int) (rings % loseOneIn);
        if (ofThese == 0) {
            toLose = random.nextInt(loseOneIn);
        }
        return ofThese == toLose;
    }

    /** Rings the real doorbell: the way out of a hang. */
    void ringReal() {
        real.ring(0);
    }

    long rings() {
        return rings;
    }

    long dropped() {
        return dropped;
    }
}
