package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Two threads push two pieces of work each, more than a segment has room for: all are taken, none twice, each thread's in
 * its order.
 */
@JCStressTest
@Outcome(
        id = {"ABab", "AaBb", "AabB", "aABb", "aAbB", "abAB"},
        expect = ACCEPTABLE,
        desc = "All there, in one order.")
@Outcome(expect = FORBIDDEN, desc = "Work lost, taken twice or out of order.")
@State
public class TwoPushers {
    private final WorkQueue<Item> work = new WorkQueue<>(2);

    /** Pushes two. */
    @Actor
    public void one() {
        work.push(new Item().named("A"));
        work.push(new Item().named("B"));
    }

    /** Pushes two more. */
    @Actor
    public void other() {
        work.push(new Item().named("a"));
        work.push(new Item().named("b"));
    }

    /**
     * Takes.
     *
     * @param r what was there
     */
    @Arbiter
    public void end(L_Result r) {
        r.r1 = Item.names(work);
    }
}
