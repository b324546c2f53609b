package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.UseCount;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread uses a kernel object while another closes it: it is released once, after the use, by whoever comes last,
 * who sees what the user did.
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Closed first: the user was turned away.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Used, then released.")
@Outcome(id = "2, ., .", expect = FORBIDDEN, desc = "Released while in use: the number may be a stranger's.")
@Outcome(id = "., 0, .", expect = FORBIDDEN, desc = "Never released: a leak.")
@Outcome(id = "., 2, .", expect = FORBIDDEN, desc = "Released twice: the second time a stranger's.")
@Outcome(expect = FORBIDDEN, desc = "The use is not ordered before the release.")
@State
public class UserAndCloser {
    private final UseCount uses = new UseCount();
    private int used;
    private int releases;
    private int usedAtRelease;

    private void release() {
        releases++;
        usedAtRelease = used;
    }

    /**
     * Uses.
     *
     * @param r 0 turned away, 1 used, 2 used what was released already
     */
    @Actor
    public void user(III_Result r) {
        if (uses.enter()) {
            used = 1;
            r.r1 = releases == 0 ? 1 : 2;
            if (uses.exit()) {
                release();
            }
        }
    }

    /** Closes. */
    @Actor
    public void closer() {
        if (uses.close()) {
            release();
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
