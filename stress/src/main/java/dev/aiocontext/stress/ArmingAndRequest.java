package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * As {@link ArmingAndRing}, for a wake-up with no work behind it. Here the notifier's store is no atomic
 * read-modify-write, so its fence is what the test is about, too: without it, x86 shows lost wake-ups.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The second look found the request; the notifier saw the loop awake.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both noticed: the ring is one too many, and harmless.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The loop blocks and is woken.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Lost wake-up: the loop blocks and nobody rings.")
@Outcome(expect = FORBIDDEN, desc = "A notifier rang twice.")
@State
public class ArmingAndRequest {
    private int rings;
    private final Wakeup wakeup = new Wakeup(arming -> rings++);

    /** Wakes without work. */
    @Actor
    public void notifier() {
        wakeup.request();
    }

    /**
     * Arms and looks again.
     *
     * @param r whether it found the request
     */
    @Actor
    public void loop(II_Result r) {
        wakeup.arm();
        r.r1 = wakeup.isRequested() ? 1 : 0;
    }

    /**
     * Counts.
     *
     * @param r how often the doorbell was rung
     */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = rings;
    }
}
