package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.Uses;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads are inside a kernel object and leave while a third closes it: the closer waits for both, and sees what they
 * did.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Released after both.")
@Outcome(expect = FORBIDDEN, desc = "Released while in use: the number may be a stranger's.")
@State
public class LastUsers {
    private final Uses uses = new Uses();
    private final Uses.Use first = Objects.requireNonNull(uses.enter());
    private final Uses.Use second = Objects.requireNonNull(uses.enter());
    private int usedByOne;
    private int usedByOther;

    /** Uses it, and leaves. */
    @Actor
    public void one() {
        usedByOne = 1;
        first.busy = false;
    }

    /** Uses it too, and leaves. */
    @Actor
    public void other() {
        usedByOther = 1;
        second.busy = false;
    }

    /**
     * Closes.
     *
     * @param r what the users have done by then
     */
    @Actor
    public void closer(II_Result r) {
        uses.close();
        r.r1 = usedByOne;
        r.r2 = usedByOther;
    }
}
