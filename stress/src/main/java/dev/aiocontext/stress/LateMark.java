package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * A notifier has rung for an arming while the loop goes on and arms again: its mark is too late, and must not land on the
 * arming after it. Else the next notifier relies on a ring that nobody made.
 */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "The second arming was rung for.")
@Outcome(expect = FORBIDDEN, desc = "Deaf: the second arming is marked, and nobody rang.")
@State
public class LateMark {
    private long rungFor;
    private final Wakeup wakeup = new Wakeup(arming -> rungFor = Math.max(rungFor, arming));

    /** Arms. */
    public LateMark() {
        wakeup.arm();
    }

    /** Rings. */
    @Actor
    public void notifier() {
        wakeup.ring();
    }

    /** Ends one wait and begins the next. */
    @Actor
    public void loop() {
        wakeup.disarm();
        wakeup.arm();
    }

    /**
     * Rings again, as the next notifier.
     *
     * @param r the last arming that was rung for
     */
    @Arbiter
    public void end(J_Result r) {
        wakeup.ring();
        r.r1 = rungFor;
    }
}
