package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.UseCount;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads are inside when a kernel object is closed, and leave at once: exactly one of them releases it. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The one came last.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The other came last.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "Never released: a leak.")
@Outcome(id = "true, true", expect = FORBIDDEN, desc = "Released twice: the second time a stranger's.")
@State
public class LastUsers {
    private final UseCount uses = new UseCount();

    /** Enters twice and closes. */
    public LastUsers() {
        uses.enter();
        uses.enter();
        uses.close();
    }

    /**
     * Leaves.
     *
     * @param r whether it is to release
     */
    @Actor
    public void one(ZZ_Result r) {
        r.r1 = uses.exit();
    }

    /**
     * Leaves too.
     *
     * @param r whether it is to release
     */
    @Actor
    public void other(ZZ_Result r) {
        r.r2 = uses.exit();
    }
}
