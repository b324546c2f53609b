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
import org.openjdk.jcstress.infra.results.IIJ_Result;

/**
 * The loop's wait ends for another reason while a notifier comes: the loop disarms, takes what there is and arms again,
 * for a wait that it cannot end by itself. The notifier's ring answers the first arming, and then the loop has taken the
 * work, or the second one, or is not needed.
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The notifier saw the loop awake, and the loop found the work.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The first arming was answered, and the loop took the work.")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The first arming was rung for, and marked too late.")
@Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "The loop found the work, and is woken once more for nothing.")
@Outcome(id = "0, 0, 2", expect = ACCEPTABLE, desc = "The loop blocks in its second wait and is woken.")
@Outcome(id = "0, 0, 0", expect = FORBIDDEN, desc = "Lost wake-up: the loop blocks and nobody rings.")
@Outcome(id = "., 0, 1", expect = FORBIDDEN, desc = "Lost wake-up: the wait that was answered is over.")
@Outcome(expect = FORBIDDEN, desc = "disarm() says that the first arming was answered, and it was not.")
@State
public class NextArming {
    private final WorkQueue<Item> work = new WorkQueue<>(2);
    private long rungFor;
    private final Wakeup wakeup = new Wakeup(arming -> rungFor = arming);

    /** Arms. */
    public NextArming() {
        wakeup.arm();
    }

    /** Publishes and rings. */
    @Actor
    public void notifier() {
        work.push(new Item());
        wakeup.ringAfterPush();
    }

    /**
     * Ends one wait and begins the next.
     *
     * @param r whether the first arming was rung for and marked, and whether it found work
     */
    @Actor
    public void loop(IIJ_Result r) {
        r.r1 = wakeup.disarm() ? 1 : 0;
        boolean found = work.take(work.end()) != null;
        wakeup.arm();
        r.r2 = found || !work.isEmpty() ? 1 : 0;
    }

    /**
     * Looks at the doorbell.
     *
     * @param r the number of the arming it was rung for, 0 for none
     */
    @Arbiter
    public void end(IIJ_Result r) {
        r.r3 = rungFor;
    }
}
