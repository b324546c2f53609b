package dev.aiocontext.internal.relay;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;

/**
 * Keeps the requests whose delivery is put off, because the loop will most likely wake by its doorbell. A look at them each {@link
 * #BOUND} drops a request whose loop has gone on, and delivers one that has been here for a whole bound. So a lost wake-up is
 * repaired after one to two bounds. Relay thread only.
 *
 * <p>The looks go on for a while after the last request. So they are still going on when a loop is woken often, and its notifiers
 * need no signal.
 *
 * @param <C> the channels that requests are for
 */
final class Deferrals<C> {
    /** The time that a loop has to go on by itself. */
    static final long BOUND = TimeUnit.MILLISECONDS.toNanos(1);

    /** The looks without a request after which the looks end. */
    static final int QUIET_LOOKS = 100;

    private final List<Deferral<C>> deferrals = new ArrayList<>();
    private final LongSupplier clock;
    private final Acknowledged<? super C> acknowledged;
    private final ObjLongConsumer<? super C> delivery;
    private long nextLook;
    private int quietLooks = QUIET_LOOKS;

    private record Deferral<C>(C channel, long arming, long since) {}

    /** Says whether the loop of a channel has gone on since an arming. */
    interface Acknowledged<C> {
        boolean test(C channel, long arming);
    }

    Deferrals(LongSupplier clock, Acknowledged<? super C> acknowledged, ObjLongConsumer<? super C> delivery) {
        this.clock = clock;
        this.acknowledged = acknowledged;
        this.delivery = delivery;
    }

    /** Puts a delivery off. */
    void add(C channel, long arming) {
        long now = clock.getAsLong();
        if (isIdle()) {
            nextLook = now + BOUND;
        }
        quietLooks = 0;
        if (!acknowledged.test(channel, arming)) {
            deferrals.add(new Deferral<>(channel, arming, now));
        }
    }

    /** Says whether no look is needed: nothing is put off, and nothing has been for a while. */
    boolean isIdle() {
        return deferrals.isEmpty() && quietLooks >= QUIET_LOOKS;
    }

    /** {@return the time until the next look, in nanoseconds} */
    long untilNextLook() {
        return Math.max(0, nextLook - clock.getAsLong());
    }

    /** Looks, if it is time. */
    void look() {
        long now = clock.getAsLong();
        if (isIdle() || now - nextLook < 0) {
            return;
        }
        nextLook = now + BOUND;
        quietLooks++;
        for (Iterator<Deferral<C>> rest = deferrals.iterator(); rest.hasNext(); ) {
            Deferral<C> deferral = rest.next();
            if (acknowledged.test(deferral.channel, deferral.arming)) {
                rest.remove();
            } else if (now - deferral.since >= BOUND) {
                delivery.accept(deferral.channel, deferral.arming);
                rest.remove(); // after the deed
            }
        }
    }
}
