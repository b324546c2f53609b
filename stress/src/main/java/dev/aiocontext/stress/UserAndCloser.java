package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.Uses;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread uses a kernel object while another closes it: the closer releases it once, after the use, and sees what the
 * user did.
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Closed first: the user was turned away.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Used, then released.")
@Outcome(id = "2, ., .", expect = FORBIDDEN, desc = "Released while in use: the number may be a stranger's.")
@Outcome(id = "., 0, .", expect = FORBIDDEN, desc = "Never released: a leak.")
@Outcome(expect = FORBIDDEN, desc = "The use is not ordered before the release.")
@State
public class UserAndCloser {
    private final Uses uses = new Uses();
    private int used;
    private int releases;
    private int usedAtRelease;

    /**
     * Uses.
     *
     * @param r 0 turned away, 1 used, 2 used what was released already
     */
    @Actor
    public void user(III_Result r) {
        Uses.Use use = uses.enter();
        if (use != null) {
            used = 1;
            r.r1 = releases == 0 ? 1 : 2;
            use.busy = false;
        }
    }

    /** Closes. */
    @Actor
    public void closer() {
        if (uses.close()) {
            releases++;
            usedAtRelease = used;
        }
    }

    /**
     * Counts.
     *
     * @param r how often it was released, and whether the use was seen then
     */
    @Arbiter
    public void end(III_Result r) {
        r.r2 = releases;
        r.r3 = usedAtRelease;
    }
}
