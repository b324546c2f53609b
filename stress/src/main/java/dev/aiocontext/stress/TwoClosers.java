package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.Uses;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads close a kernel object that nobody uses: exactly one of them releases it. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The one came first.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The other came first.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "Never released: a leak.")
@Outcome(id = "true, true", expect = FORBIDDEN, desc = "Released twice: the second time a stranger's.")
@State
public class TwoClosers {
    private final Uses uses = new Uses();

    /**
     * Closes.
     *
     * @param r whether it is to release
     */
    @Actor
    public void one(ZZ_Result r) {
        r.r1 = uses.close();
    }

    /**
     * Closes too.
     *
     * @param r whether it is to release
     */
    @Actor
    public void other(ZZ_Result r) {
        r.r2 = uses.close();
    }
}
