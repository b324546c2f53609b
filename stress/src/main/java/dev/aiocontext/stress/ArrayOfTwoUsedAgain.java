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
 * As {@link ArrayUsedAgain}, with segments of two: a push that goes by a hint may hold the second slot of an array that is
 * used again. It must not end up there with nothing before it, where nobody looks.
 */
@JCStressTest
@Outcome(
        id = {"ACBD, ", "ABCD, ", "ABDC, ", "ABD, C"},
        expect = ACCEPTABLE,
        desc = "Pushed somewhere among them.")
@Outcome(expect = FORBIDDEN, desc = "Work lost, taken twice or out of order.")
@State
public class ArrayOfTwoUsedAgain {
    private final WorkQueue<Item> work = new WorkQueue<>(2);
    private final Item b = new Item().named("B");
    private final Item c = new Item().named("C");
    private final Item d = new Item().named("D");

    /** Creates a queue whose first slot is filled. */
    public ArrayOfTwoUsedAgain() {
        work.push(new Item().named("A"));
    }

    /** Pushes one. */
    @Actor
    public void pusher() {
        work.push(c);
    }

    /**
     * Fills the segment, empties it, and goes on to the next.
     *
     * @param r what it took
     */
    @Actor
    public void taker(LL_Result r) {
        work.push(b);
        String names = Item.names(work);
        work.push(d);
        r.r1 = names + Item.names(work);
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
