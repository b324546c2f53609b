package dev.aiocontext.internal.wakeup;

import dev.aiocontext.internal.posix.Platform;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How a blocked loop is woken: the loop <em>arms</em> before it blocks and looks for work once more; a notifier that
 * finds it armed <em>rings</em> the doorbell, and then marks the arming as rung, so that later notifiers need not.
 *
 * <pre>
 *     notifier (any thread)                       loop (home thread)
 *       publish the work                            arm():  state = ARMED
 *       ring(): fullFence                                   fullFence
 *               state not ARMED: done               look for work again; found: do not block
 *               ring the doorbell                   block
 *               CAS(ARMED to RUNG)
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
 *   <li>It sees ARMED: it rings, and the wait returns, because the doorbell is drained only after a wait, and stays
 *       readable until then.
 *   <li>It sees RUNG: the doorbell of this arming <em>has been</em> rung, because the mark is made after the ring. So the wait
 *       returns. The loop takes the work after {@link #disarm}, whose atomic exchange reads that RUNG or a later state and
 *       comes after the fence of the notifier, which published W before it.
 *   <li>It sees AWAKE, or a later arming: the loop stored that after the notifier's fence, and looks for work after that.
 *       If the state is AWAKE, the loop arms again before it blocks, and then step 1 holds.
 * </ol>
 * Nothing here depends on when the doorbell is drained, as long as work is looked for after every arming. A notifier that is
 * descheduled before it rings does so late: it wakes a later wait for nothing.
 *
 * <p><b>Nobody depends on another notifier's progress.</b> A notifier that finds the loop armed rings itself, also if another
 * is about to. The price is one more write for each notifier that comes while the first is writing. One ring an arming is
 * the rule, not a promise.
 *
 * <p><b>Errors.</b> A notifier may stop at any step, by a StackOverflowError or an OutOfMemoryError, by a doorbell that
 * throws, or for ever. Before the ring it has changed nothing but its own work. After the ring, without the mark, the next
 * notifier rings once more. So the call that throws may or may not have handed its work over; every later call, and every
 * other thread's, works. (To mark first and ring then would leave RUNG behind without a ring: the loop would be deaf for
 * ever, because giving the mark back needs stack and heap too.) An Error in {@link #disarm} leaves the loop announced while
 * it is awake: it is rung for nothing until it arms again.
 *
 * <p>Both fences are {@link VarHandle#fullFence}, though a volatile store and a volatile load would do by the memory model:
 * QEMU's emulation of aarch64 does not keep {@code stlr} before {@code ldar}, and a reader can see what pairs with what.
 *
 * <p>The state carries the number of the arming, so a CAS answers the very arming that was read, and what rings later
 * can say which wait it meant.
 *
 * <p>A bare wake-up, with no work behind it, is kept as a request until the loop sees it; else a wake-up that comes
 * between two polls would be forgotten (QEMU, 2015).
 */
public final class Wakeup extends WakeupState {
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
            STATE = lookup.findVarHandle(WakeupState.class, "state", long.class);
            REQUESTED = lookup.findVarHandle(Wakeup.class, "requested", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    private final Doorbell doorbell;

    /** Room behind the state, for the same reason as in front of it. */
    @SuppressWarnings("unused")
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

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

    /** A doorbell that wakes nobody. A class, because to link a lambda takes longer. */
    private static final class Silent implements Doorbell {
        @Override
        public void ring(long arming) {}
    }

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        Wakeup wakeup = new Wakeup(new Silent());
        wakeup.arm();
        wakeup.ringAfterPush();
        wakeup.hasGoneOn(wakeup.arming());
        wakeup.disarm();
        wakeup.request();
        wakeup.takeRequest();
    }

    /** Announces that the loop is about to block. It must look for work once more before it does. Home thread. */
    public void arm() {
        STATE.setRelease(this, ++armings << CODE_BITS | ARMED);
        VarHandle.fullFence();
    }

    /**
     * Takes the announcement back, after the wait. Home thread.
     *
     * @return true if a notifier has rung its doorbell and marked it; one that is about to mark it goes unseen
     */
    public boolean disarm() {
        return ((long) STATE.getAndSet(this, armings << CODE_BITS | AWAKE) & CODE) == RUNG;
    }

    /**
     * Tells the number of the last arming. Home thread.
     *
     * @return how often the loop armed
     */
    public long arming() {
        return armings;
    }

    /**
     * Says whether the loop has taken an arming back. If so, the notifiers that answered it need no further help: the loop
     * looks for work after that, and sees theirs by step 4 above. An arming that is not RUNG has not gone on by that: its
     * notifier may have stopped before the mark. Any thread that learnt of the arming from a notifier that answered it may
     * ask, because its load then reads that state or a later one.
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
     * Rings as {@link #ring} does, after the work was published by an atomic read-modify-write with volatile semantics. By the
     * memory model, that and the load of the state, volatile too, keep their order, so no fence is needed. On x86-64 the
     * processor's instruction for it is a full fence, so none is made there. Any thread.
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

    /** Rings, then marks: what others see changes only after the deed is done. */
    private void answer(long armed) {
        doorbell.ring(armed >> CODE_BITS);
        STATE.compareAndSet(this, armed, armed - ARMED + RUNG);
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
