package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZLL_Result;

/** One thread pushes while another closes: the push is refused, or the work can still be taken. Never neither or both. */
@JCStressTest
@Outcome(id = "true, A, ", expect = ACCEPTABLE, desc = "Accepted, and taken.")
@Outcome(id = "false, , ", expect = ACCEPTABLE, desc = "Refused.")
@Outcome(id = "true, , .*", expect = FORBIDDEN, desc = "Accepted and lost, or taken later than it was accepted.")
@Outcome(expect = FORBIDDEN, desc = "Refused and yet taken.")
@State
public class PusherAndCloser {
    private final WorkQueue<Item> work = new WorkQueue<>(2);

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
     * Closes, and takes.
     *
     * @param r what was there
     */
    @Actor
    public void closer(ZLL_Result r) {
        work.close();
        r.r2 = Item.names(work);
    }

    /**
     * Takes from the closed queue.
     *
     * @param r what was left
     */
    @Arbiter
    public void end(ZLL_Result r) {
        r.r3 = Item.names(work);
    }
}
