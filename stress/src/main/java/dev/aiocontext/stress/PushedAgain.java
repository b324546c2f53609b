package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A piece of work is the head of the list, is taken, and is pushed again, all while another push is under way that read
 * it as the head before (ABA): the list stays whole.
 */
@JCStressTest
@Outcome(id = "AB, CB", expect = ACCEPTABLE, desc = "Pushed between the two.")
@Outcome(id = "AB, BC", expect = ACCEPTABLE, desc = "Pushed after the two.")
@Outcome(id = "ABC, B", expect = ACCEPTABLE, desc = "Pushed before them.")
@Outcome(expect = FORBIDDEN, desc = "Work lost, or in the list twice.")
@State
public class PushedAgain {
    private final WorkList work = new WorkList();
    private final Item again = new Item().named("B");

    /** Pushes two. */
    public PushedAgain() {
        work.push(new Item().named("A"));
        work.push(again);
    }

    /** Pushes another. */
    @Actor
    public void pusher() {
        work.push(new Item().named("C"));
    }

    /**
     * Takes all and pushes the head again.
     *
     * @param r what was there
     */
    @Actor
    public void taker(LL_Result r) {
        r.r1 = Item.names(work.takeAll());
        work.push(again);
    }

    /**
     * Takes what is left.
     *
     * @param r what was left
     */
    @Arbiter
    public void end(LL_Result r) {
        r.r2 = Item.names(work.takeAll());
    }
}
