package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * {@link ArmingAndRing} and {@link TwoRings} at once: two notifiers, and a loop that arms.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The second look found work; the notifiers saw the loop awake.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The loop found work, and one notifier rang.")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "The loop found work, and both rang, for they came at the same time.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The loop blocks and is woken.")
@Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "The loop blocks and is woken by both.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Lost wake-up: the loop blocks and nobody rings.")
@Outcome(expect = FORBIDDEN, desc = "A notifier rang twice.")
@State
public class ThreeAtTheDoorbell {
    private final WorkQueue<Item> work = new WorkQueue<>(2);
    private final AtomicInteger rings = new AtomicInteger();
    private final Wakeup wakeup = new Wakeup(arming -> rings.incrementAndGet());

    private void publish() {
        work.push(new Item());
        wakeup.ringAfterPush();
    }

    /** Publishes and rings. */
    @Actor
    public void one() {
        publish();
    }

    /** Publishes and rings too. */
    @Actor
    public void other() {
        publish();
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
        r.r2 = rings.get();
    }
}
