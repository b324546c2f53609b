package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZIZ_Result;

/** A bare wake-up comes while the loop takes an earlier one: it is merged and what came before it is seen, or it is kept. */
@JCStressTest
@Outcome(id = "true, ., true", expect = ACCEPTABLE, desc = "Kept for the next look.")
@Outcome(id = "true, 1, false", expect = ACCEPTABLE, desc = "Merged, and the loop sees what came before it.")
@Outcome(id = "true, 0, false", expect = FORBIDDEN, desc = "Merged and lost.")
@Outcome(expect = FORBIDDEN, desc = "The earlier one was lost.")
@State
public class RequestAgain {
    private final Wakeup wakeup = new Wakeup(arming -> {});
    private int data;

    /** Asks. */
    public RequestAgain() {
        wakeup.request();
    }

    /** Does something and asks again. */
    @Actor
    public void notifier() {
        data = 1;
        wakeup.request();
    }

    /**
     * Takes the request.
     *
     * @param r whether there was one, and what it sees
     */
    @Actor
    public void loop(ZIZ_Result r) {
        r.r1 = wakeup.takeRequest();
        r.r2 = data;
    }

    /**
     * Looks again.
     *
     * @param r whether there is one
     */
    @Arbiter
    public void end(ZIZ_Result r) {
        r.r3 = wakeup.isRequested();
    }
}
