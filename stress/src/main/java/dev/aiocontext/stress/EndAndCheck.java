package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.PollHook;
import dev.aiocontext.internal.wakeup.PollPhase;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A loop ends its polling and checks once more, while the producer that it has silenced publishes an item. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Found, and announced all the same.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Found by the last check.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Announced, because the polling had ended.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The loop sleeps beside the item.")
@State
public class EndAndCheck {
    private final Ring ring = new Ring();
    private final PollPhase phase = new PollPhase(ring);

    /** A ring of one item, by plain accesses: the fences are all there is. */
    private static final class Ring implements PollHook {
        private boolean silent;
        private int item;

        @Override
        public boolean check() {
            return item != 0;
        }

        @Override
        public void begin() {
            silent = true;
        }

        @Override
        public void end() {
            silent = false;
        }
    }

    /** Begins, and finds nothing. */
    public EndAndCheck() {
        try {
            phase.begin();
            phase.check();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Publishes an item.
     *
     * @param r whether it is announced
     */
    @Actor
    public void producer(ZZ_Result r) {
        ring.item = 1;
        VarHandle.fullFence();
        r.r2 = !ring.silent;
    }

    /**
     * Goes to sleep, or not.
     *
     * @param r whether it has found the item
     */
    @Actor
    public void loop(ZZ_Result r) {
        try {
            phase.end();
            if (phase.isCheckDue()) {
                phase.check();
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        r.r1 = phase.hasFound();
    }
}
