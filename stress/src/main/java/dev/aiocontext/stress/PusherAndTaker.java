package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** One thread pushes while another takes: each piece is taken once, in order, with what its pusher wrote into it. */
@JCStressTest
@Outcome(id = ", AB", expect = ACCEPTABLE, desc = "Taken too early: all is left.")
@Outcome(id = "A, B", expect = ACCEPTABLE, desc = "Taken in between.")
@Outcome(id = "AB, ", expect = ACCEPTABLE, desc = "All taken.")
@Outcome(expect = FORBIDDEN, desc = "Work lost, taken twice, out of order or before it was filled in.")
@State
public class PusherAndTaker {
    private final WorkQueue<Item> work = new WorkQueue<>(2);

    /** Pushes. */
    @Actor
    public void pusher() {
        work.push(new Item().named("A"));
        work.push(new Item().named("B"));
    }

    /**
     * Takes.
     *
     * @param r what was there
     */
    @Actor
    public void taker(LL_Result r) {
        r.r1 = Item.names(work);
    }

    /**
     * Takes what is left.
     *
     * @param r what was left
     */
    @Arbiter
    public void end(LL_Result r) {
        r.r2 = Item.names(work);
    }
}
