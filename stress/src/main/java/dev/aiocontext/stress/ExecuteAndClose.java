package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.AioContext;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A thread hands work to a whole context that another closes: what is accepted is run, once, and what is not is not. */
@JCStressTest
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Accepted and run.")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "Refused.")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "Accepted and lost.")
@Outcome(expect = FORBIDDEN, desc = "Run twice, or refused and run.")
@OpensDescriptors
@State
public class ExecuteAndClose {
    private final AioContext context = AioContext.open();
    private int runs;

    /**
     * Hands over.
     *
     * @param r whether it was accepted
     */
    @Actor
    public void notifier(ZI_Result r) {
        try {
            context.execute(() -> runs++);
            r.r1 = true;
        } catch (RejectedExecutionException closed) {
            r.r1 = false;
        }
    }

    /** Closes. */
    @Actor
    public void closer() {
        context.close();
    }

    /**
     * Counts.
     *
     * @param r how often the task was run
     */
    @Arbiter
    public void end(ZI_Result r) {
        r.r2 = runs;
    }
}
