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

/** Two threads push and a third takes: each piece is taken once. */
@JCStressTest
@Outcome(
        id = {", AB", ", BA", "A, B", "B, A", "AB, ", "BA, "},
        expect = ACCEPTABLE,
        desc = "Each was taken once.")
@Outcome(expect = FORBIDDEN, desc = "Work lost or taken twice.")
@State
public class ThreeAtTheQueue {
    private final WorkQueue<Item> work = new WorkQueue<>(2);

    /** Pushes. */
    @Actor
    public void one() {
        work.push(new Item().named("A"));
    }

    /** Pushes another. */
    @Actor
    public void other() {
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
