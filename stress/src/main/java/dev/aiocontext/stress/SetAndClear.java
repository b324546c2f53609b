package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.EventNotifier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** One thread sets a notifier, a real eventfd, while another clears it: the set is seen once, now or later. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Set, then cleared.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Cleared too early, and set now.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The set was lost.")
@Outcome(id = "true, true", expect = FORBIDDEN, desc = "Cleared, and set all the same.")
@OpensDescriptors
@State
public class SetAndClear {
    private final EventNotifier notifier = EventNotifier.open();

    /** Sets. */
    @Actor
    public void setter() {
        notifier.set();
    }

    /**
     * Clears.
     *
     * @param r whether it was set
     */
    @Actor
    public void clearer(ZZ_Result r) {
        r.r1 = notifier.testAndClear();
    }

    /**
     * Clears what is left.
     *
     * @param r whether it was set
     */
    @Arbiter
    public void end(ZZ_Result r) {
        r.r2 = notifier.testAndClear();
        notifier.close();
    }
}
