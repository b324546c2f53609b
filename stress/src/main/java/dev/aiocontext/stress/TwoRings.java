package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * Two notifiers find the loop armed: one rings, or both do if they come at the same time. A third, after them, does not, so
 * a burst of work does not cost a system call for each piece.
 */
@JCStressTest
@Outcome(id = "1, true", expect = ACCEPTABLE, desc = "One notifier rang for both.")
@Outcome(id = "2, true", expect = ACCEPTABLE, desc = "Each rang: none depends on the other.")
@Outcome(id = "0, .*", expect = FORBIDDEN, desc = "Lost wake-up: each left it to the other.")
@Outcome(expect = FORBIDDEN, desc = "The arming is not marked, though both are back.")
@State
public class TwoRings {
    private final AtomicInteger rings = new AtomicInteger();
    private final Wakeup wakeup = new Wakeup(arming -> rings.incrementAndGet());

    /** Arms. */
    public TwoRings() {
        wakeup.arm();
    }

    /** Rings. */
    @Actor
    public void one() {
        wakeup.ring();
    }

    /** Rings too. */
    @Actor
    public void other() {
        wakeup.ring();
    }

    /**
     * Rings once more, and counts.
     *
     * @param r how often the doorbell was rung, and whether the loop knows of it
     */
    @Arbiter
    public void end(IZ_Result r) {
        wakeup.ring();
        r.r1 = rings.get();
        r.r2 = wakeup.disarm();
    }
}
