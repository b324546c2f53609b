package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The heart of it: a notifier publishes work and rings while the loop arms and looks once more. Each stores first and
 * then loads what the other stores (Dekker), so at least one of them notices the other. Without the fence of {@link
 * Wakeup#arm} this shows lost wake-ups within a second on x86.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The second look found the work; the notifier saw the loop awake.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both noticed: the ring is one too many, and harmless.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The loop blocks and is woken.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Lost wake-up: the loop blocks and nobody rings.")
@Outcome(expect = FORBIDDEN, desc = "A notifier rang twice.")
@State
public class ArmingAndRing {
    private final WorkQueue<Item> work = new WorkQueue<>(2);
    private int rings;
    private final Wakeup wakeup = new Wakeup(arming -> rings++);

    /** Publishes and rings. */
    @Actor
    public void notifier() {
        work.push(new Item());
        wakeup.ringAfterPush();
    }

    /**
     * Arms and looks again.
     *
     * @param r whether it found work
     */
    @Actor
    public void loop(II_Result r) {
        wakeup.arm();
        r.r1 = work.isEmpty() ? 0 : 1;
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
