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

/**
 * The taker goes through several segments, and uses their arrays again, while a push is under way that may hold any of them
 * (ABA): the push ends up after what was pushed before it, in the segment that is its turn.
 */
@JCStressTest
@Outcome(
        id = {"CABD, ", "ACBD, ", "ABCD, ", "ABD, C", "ABDC, "},
        expect = ACCEPTABLE,
        desc = "Pushed somewhere among them.")
@Outcome(expect = FORBIDDEN, desc = "Work lost, taken twice or out of order.")
@State
public class ArrayUsedAgain {
    private final WorkQueue<Item> work = new WorkQueue<>(1);

    /** Pushes one. */
    @Actor
    public void pusher() {
        work.push(new Item().named("C"));
    }

    /**
     * Pushes and takes, one after the other: each takes a segment of its own.
     *
     * @param r what it took
     */
    @Actor
    public void taker(LL_Result r) {
        work.push(new Item().named("A"));
        String names = Item.names(work);
        work.push(new Item().named("B"));
        names += Item.names(work);
        work.push(new Item().named("D"));
        names += Item.names(work);
        r.r1 = names;
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
