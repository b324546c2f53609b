package dev.aiocontext.internal.timer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Numbers the armings of timers, so that one that happens before another has the lesser number. Armings at the same time may have the same.
 *
 * <p>A number is the sum of two counts: how often the home thread has armed a timer, and how often other threads have. Whoever arms a timer
 * raises one of them, and reads no less of both than what happened before. Counts of 64 bits do not come round.
 *
 * <p><b>Threads.</b> {@link #nextAtHome}: the home thread. {@link #nextElsewhere}: any.
 *
 * <p><b>Errors.</b> An Error leaves a number that nobody has.
 */
final class ArmingOrder {
    private static final VarHandle AT_HOME;
    private static final VarHandle ELSEWHERE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            AT_HOME = lookup.findVarHandle(ArmingOrder.class, "atHome", long.class);
            ELSEWHERE = lookup.findVarHandle(ArmingOrder.class, "elsewhere", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long atHome;

    @SuppressWarnings("unused") // through ELSEWHERE
    private long elsewhere;

    /** {@return the number of an arming by the home thread} */
    long nextAtHome() {
        long next = atHome + 1;
        AT_HOME.setOpaque(this, next);
        return next + (long) ELSEWHERE.getOpaque(this);
    }

    /** {@return the number of an arming by another thread} */
    long nextElsewhere() {
        return (long) ELSEWHERE.getAndAdd(this, 1L) + 1 + (long) AT_HOME.getOpaque(this);
    }
}
