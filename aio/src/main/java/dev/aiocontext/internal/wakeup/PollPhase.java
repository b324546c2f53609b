package dev.aiocontext.internal.wakeup;

import dev.aiocontext.PollHook;
import java.lang.invoke.VarHandle;

/**
 * Keeps what a loop owes to a source that it polls in user space: an end for each begin, and a check before it sleeps.
 *
 * <p><b>Threads.</b> The home thread. The producer, any thread, knows only what the hook does.
 *
 * <p><b>Why no item is lost.</b> {@link #end} has the producer notify again, then fences, and leaves a check that is due. A producer publishes an
 * item, fences, and then looks whether it is to notify. Of two threads that store, fence and load, one sees the other (Dekker). If the
 * producer does, it notifies by the descriptor, which the kernel remembers. If the check does, the loop does not sleep. The loop sleeps only if
 * no check is due and none has found anything.
 *
 * <p><b>Errors.</b> What is due is noted before it is done, and taken back afterwards, by stores alone. So after an Error at any step it is
 * done again. A begin is noted first too, because one that throws may have silenced the producer.
 */
public final class PollPhase {
    private final PollHook hook;

    /** The producer may be silent. */
    private boolean begun;

    /** The last end has thrown. */
    private boolean endFailed;

    /** There may be an item that nobody has announced. A source that is new may have been silenced by another loop. */
    private boolean owed = true;

    /** A check has found something that the handler was not called for yet. */
    private boolean found;

    /**
     * Creates it, with a check that is due.
     *
     * @param hook what to call
     */
    public PollPhase(PollHook hook) {
        this.hook = hook;
    }

    /** {@return what it calls} */
    public PollHook hook() {
        return hook;
    }

    /**
     * Begins, unless it has begun.
     *
     * @throws Throwable what the hook throws
     */
    public void begin() throws Throwable {
        if (!begun) {
            begun = true;
            hook.begin();
        }
    }

    /**
     * Ends, if it has begun. A check is due then.
     *
     * @throws Throwable what the hook throws; the end stays due
     */
    public void end() throws Throwable {
        if (begun) {
            owed = true;
            endFailed = true;
            hook.end();
            endFailed = false;
            begun = false;
            VarHandle.fullFence();
        }
    }

    /**
     * Checks.
     *
     * @throws Throwable what the hook throws; a check that was due stays due
     */
    public void check() throws Throwable {
        found = hook.check();
        owed = false;
    }

    /** {@return whether it has begun, and not ended} */
    public boolean isBegun() {
        return begun;
    }

    /** {@return whether an end is due that has not thrown} */
    public boolean isEndDue() {
        return begun && !endFailed;
    }

    /** {@return whether the loop has to check before it sleeps, unless it has found something already} */
    public boolean isCheckDue() {
        return owed && !found;
    }

    /** {@return whether a check has found something that the handler was not called for} */
    public boolean hasFound() {
        return found;
    }

    /**
     * Notes that the handler is being called, or passed over. If the producer is not silent, a check is due, because the handler may leave
     * something.
     *
     * @return whether a check has found something
     */
    public boolean take() {
        boolean was = found;
        owed |= !begun;
        found = false;
        return was;
    }
}
