package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.EventNotifier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * One thread sets a notifier while another closes it and opens the next, which gets its number from the kernel: the heir is
 * not set. (The specimen of it is {@link dev.aiocontext.stress.specimens.RecycledDescriptor}.)
 */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Set, then closed.")
@Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Closed: the set was refused.")
@Outcome(expect = FORBIDDEN, desc = "A write after close, to a stranger.")
@OpensDescriptors
@State
public class SetAndClose {
    private final EventNotifier notifier = EventNotifier.open();
    private @Nullable EventNotifier heir;

    /**
     * Sets.
     *
     * @param r whether it was not closed yet
     */
    @Actor
    public void setter(ZZ_Result r) {
        try {
            notifier.set();
            r.r1 = true;
        } catch (IllegalStateException closed) {
            r.r1 = false;
        }
    }

    /** Closes and opens. */
    @Actor
    public void closer() {
        notifier.close();
        heir = EventNotifier.open();
    }

    /**
     * Looks at the heir.
     *
     * @param r whether it was set
     */
    @Arbiter
    public void end(ZZ_Result r) {
        EventNotifier opened = heir;
        if (opened != null) {
            r.r2 = opened.testAndClear();
            opened.close();
        }
    }
}
