package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZLL_Result;

/** One thread pushes while another closes: the push is refused, or close() hands the work out. Never neither or both. */
@JCStressTest
@Outcome(id = "true, A, ", expect = ACCEPTABLE, desc = "Accepted, and handed out.")
@Outcome(id = "false, , ", expect = ACCEPTABLE, desc = "Refused.")
@Outcome(id = "true, , .*", expect = FORBIDDEN, desc = "Accepted and lost, or left in a closed list.")
@Outcome(expect = FORBIDDEN, desc = "Refused and yet taken.")
@State
public class PusherAndCloser {
    private final WorkList work = new WorkList();

    /**
     * Pushes.
     *
     * @param r whether it was accepted
     */
    @Actor
    public void pusher(ZLL_Result r) {
        r.r1 = work.push(new Item().named("A"));
    }

    /**
     * Closes.
     *
     * @param r what was there
     */
    @Actor
    public void closer(ZLL_Result r) {
        r.r2 = Item.names(work.close());
    }

    /**
     * Takes from the closed list.
     *
     * @param r what was left
     */
    @Arbiter
    public void end(ZLL_Result r) {
        r.r3 = Item.names(work.takeAll()) + Item.names(work.close());
    }
}
