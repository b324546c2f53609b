package dev.aiocontext.internal.wakeup;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Wakes a loop that is blocked, or about to block. */
@FunctionalInterface
public interface Doorbell {
    /**
     * Makes the loop's wait return, now or as soon as it begins. Any thread; must not block. May be called late, after
     * the loop went on for another reason: that ring wakes a later wait for nothing. May be called by several threads for one
     * arming, if they come at the same time.
     *
     * @param arming the number of the arming that is answered, see {@link Wakeup#arming}
     */
    void ring(long arming);

    /**
     * Opens something whose doorbells are replaced by faulty ones: what fault injection and {@code ./doctor} use to show
     * what a lost wake-up does. Only what the calling thread opens meanwhile is affected.
     *
     * @param fault takes the real doorbell and returns the one to be used
     * @param open opens it
     * @param <T> what is opened
     * @return what was opened
     */
    static <T> T withFault(UnaryOperator<Doorbell> fault, Supplier<T> open) {
        return DoorbellFault.with(fault, open);
    }

    /**
     * Chooses a doorbell, or the faulty one that {@link #withFault} puts in its place.
     *
     * @param real the real doorbell
     * @return the doorbell to use
     */
    static Doorbell orFault(Doorbell real) {
        return DoorbellFault.apply(real);
    }

    /**
     * Rings this one and then another, that one even when this one fails.
     *
     * @param next the other
     * @return both
     */
    default Doorbell andThen(Doorbell next) {
        return arming -> {
            try {
                ring(arming);
            } finally {
                next.ring(arming);
            }
        };
    }
}
