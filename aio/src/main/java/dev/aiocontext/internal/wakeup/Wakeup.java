package dev.aiocontext.internal.wakeup;

import dev.aiocontext.internal.posix.Platform;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How a blocked loop is woken: the loop <em>arms</em> before it blocks and looks for work once more; a notifier that
 * finds it armed <em>rings</em> the doorbell, exactly one notifier per arming.
 *
 * <pre>
 *     notifier (any thread)                       loop (home thread)
 *       publish the work                            arm():  state = ARMED
 *       ring(): fullFence                                   fullFence
 *               state not ARMED: done               look for work again; found: do not block
 *               CAS(ARMED to RUNG): doorbell        block
 *                                                   disarm(): state = AWAKE
 *                                                   doorbell readable: drain it, whatever the state says
 *                                                   take the work
 * </pre>
 *
 * <p><b>Threads.</b> {@link #ring}, {@link #request} and {@link #hasGoneOn}: any thread. Everything else: the home thread.
 *
 * <p><b>Why no wake-up is lost.</b> Take a notifier that published work W and then called ring, and the loop's next
 * arming after it last looked for work.
 * <ol>
 *   <li>The two fences pair as in Dekker's algorithm: each side stores, fences, and loads what the other stored. So either
 *       the notifier's load sees ARMED, or the loop's second look, which follows its fence, sees W, or both.
 *   <li>It sees ARMED and wins the CAS: it rings, and the wait returns, for the doorbell is drained only after a wait,
 *       and stays readable until then.
 *   <li>It sees ARMED and loses the CAS, to RUNG: another notifier has won this arming and rings. The loop takes the work
 *       after {@link #disarm}, whose atomic exchange reads that RUNG or a later state and comes after the fence of the
 *       loser, which published W before it. It loses to AWAKE or to a later arming: the loop stored that after the
 *       loser's fence, and looks for work after that.
 *   <li>It sees AWAKE or RUNG: the loop is not blocked without being told. RUNG as above; AWAKE means that the loop arms
 *       again before it blocks, and then step 1 holds.
 * </ol>
 * Nothing here depends on when the doorbell is drained, as long as work is looked for after every arming. A winner that is
 * descheduled before it rings does so late: it wakes a later wait for nothing.
 *
 * <p>Both fences are {@link VarHandle#fullFence}, though a volatile store and a volatile load would do by the memory model:
 * QEMU's emulation of aarch64 does not keep {@code stlr} before {@code ldar}, and a reader can see what pairs with what.
 *
 * <p>The argument takes it that a doorbell rings when it is told to. One that throws has not rung: its winner gives the
 * arming back for the next notifier, and its caller gets the exception; a loser that relied on it waits for that next one.
 *
 * <p>The state carries the number of the arming, so a CAS answers the very arming that was read, and what rings later
 * can say which wait it meant.
 *
 * <p>A bare wake-up, with no work behind it, is kept as a request until the loop sees it; else a wake-up that comes
 * between two polls would be forgotten (QEMU, 2015).
 */
public final class Wakeup {
    private static final int CODE_BITS = 2;
    private static final long CODE = (1 << CODE_BITS) - 1;
    private static final long AWAKE = 0;
    private static final long ARMED = 1;
    private static final long RUNG = 2;

    /** Every atomic read-modify-write of x86-64 is a full fence (Intel SDM 3A, 9.2; AMD APM 2, 7.4.2). */
    private static final boolean ATOMIC_IS_FENCE = Platform.current() == Platform.X86_64;

    private static final VarHandle STATE;
    private static final VarHandle REQUESTED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Wakeup.class, "state", long.class);
            REQUESTED = lookup.findVarHandle(Wakeup.class, "requested", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Doorbell doorbell;

    /** Number of the arming, and AWAKE, ARMED or RUNG. Home thread: all; notifiers: ARMED to RUNG only. */
    @SuppressWarnings("unused") // through STATE
    private long state;

    /** A bare wake-up that the loop has not seen yet. Set by notifiers, cleared by the home thread. */
    @SuppressWarnings("unused") // through REQUESTED
    private boolean requested;

    /** Home thread only: how often it armed. */
    private long armings;

    /**
     * Creates the wake-up of one loop, awake.
     *
     * @param doorbell what to ring
     */
    public Wakeup(Doorbell doorbell) {
        this.doorbell = doorbell;
    }

    /** Announces that the loop is about to block. It must look for work once more before it does. Home thread. */
    public void arm() {
        STATE.setRelease(this, ++armings << CODE_BITS | ARMED);
        VarHandle.fullFence();
    }

    /**
     * Takes the announcement back, after the wait. Home thread.
     *
     * @return true if a notifier answered it: its doorbell has been rung, or is about to be
     */
    public boolean disarm() {
        return ((long) STATE.getAndSet(this, armings << CODE_BITS | AWAKE) & CODE) == RUNG;
    }

    /**
     * The number of the last arming. Home thread.
     *
     * @return how often the loop armed
     */
    public long arming() {
        return armings;
    }

    /**
     * Says whether the loop has taken an arming back. If so, whoever answered it needs no further help: the loop looks for
     * work after that, and sees theirs by step 3 above. That the arming is not RUNG would not do: a doorbell that throws
     * gives it back while the loop sleeps. Any thread that learnt of the arming from who answered it, for its load reads
     * that state or a later one then.
     *
     * @param arming the number of an arming that was answered
     * @return true if the loop has disarmed since
     */
    public boolean hasGoneOn(long arming) {
        long s = (long) STATE.getVolatile(this);
        return s >> CODE_BITS != arming || (s & CODE) == AWAKE;
    }

    /** Wakes the loop if it is blocked or about to. Any thread, after it published its work. */
    public void ring() {
        VarHandle.fullFence();
        answerIfArmed();
    }

    /**
     * As {@link #ring}, after the work was published by an atomic read-modify-write with volatile semantics. By the memory
     * model that and the load of the state, volatile too, keep their order, so no fence is needed; and on x86-64 the
     * processor's instruction for it is a full fence, so there none is made. Any thread.
     */
    public void ringAfterPush() {
        if (!ATOMIC_IS_FENCE) {
            VarHandle.fullFence();
        }
        answerIfArmed();
    }

    private void answerIfArmed() {
        long s = (long) STATE.getVolatile(this);
        if ((s & CODE) == ARMED) {
            answer(s);
        }
    }

    private void answer(long armed) {
        if (STATE.compareAndSet(this, armed, armed - ARMED + RUNG)) {
            boolean rung = false;
            try {
                doorbell.ring(armed >> CODE_BITS);
                rung = true;
            } finally {
                if (!rung) {
                    // It threw: let the next notifier try, or the loop would be deaf until it wakes by itself.
                    STATE.compareAndSet(this, armed - ARMED + RUNG, armed);
                }
            }
        }
    }

    /** Wakes the loop with no work: its next look finds the request. Any thread. */
    public void request() {
        REQUESTED.setRelease(this, true);
        ring();
    }

    /**
     * Says whether a bare wake-up waits to be seen: part of every look for work. Home thread.
     *
     * @return true if so
     */
    public boolean isRequested() {
        return (boolean) REQUESTED.getAcquire(this);
    }

    /**
     * Takes the bare wake-up, by an atomic exchange: what the notifier did before it whose request this reads, is seen by
     * what the loop does after. That of one whose request was merged into it, too, though the memory model does not say so:
     * a request is a release store, so what came before an earlier one is visible to all before a later one is, on machines
     * where a store becomes visible to all others at once (x86-64, ARMv8). Home thread.
     *
     * @return true if there was one
     */
    public boolean takeRequest() {
        return isRequested() && (boolean) REQUESTED.getAndSet(this, false);
    }
}
