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
import org.openjdk.jcstress.infra.results.I_Result;

/** Two notifiers find the loop armed: exactly one of them rings, so a burst of work costs one system call. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "One notifier rang for both.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "Lost wake-up: each left it to the other.")
@Outcome(expect = FORBIDDEN, desc = "Rung twice for one arming.")
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
     * Counts.
     *
     * @param r how often the doorbell was rung
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = rings.get();
    }
}
