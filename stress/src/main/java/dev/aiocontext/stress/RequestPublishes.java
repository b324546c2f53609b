package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a thread did before a bare wake-up is seen by the loop that takes it. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The loop looked too early: the request waits for its next look.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Too early as well; what it sees of the rest is undefined.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The loop took the request and sees what came before it.")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The loop was woken for something that it cannot see.")
@State
public class RequestPublishes {
    private final Wakeup wakeup = new Wakeup(arming -> {});
    private int data;

    /** Does something and wakes the loop. */
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
    public void loop(II_Result r) {
        r.r1 = wakeup.takeRequest() ? 1 : 0;
        r.r2 = data;
    }
}
