package dev.aiocontext.internal.wakeup;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The fault that {@link Doorbell#withFault} puts into the doorbells which the calling thread opens meanwhile. */
final class DoorbellFault {
    private static final ThreadLocal<@Nullable UnaryOperator<Doorbell>> FAULT = new ThreadLocal<>();

    private DoorbellFault() {}

    static <T> T with(UnaryOperator<Doorbell> fault, Supplier<T> open) {
        FAULT.set(fault);
        try {
            return open.get();
        } finally {
            FAULT.remove();
        }
    }

    static Doorbell apply(Doorbell doorbell) {
        UnaryOperator<Doorbell> fault = FAULT.get();
        return fault == null ? doorbell : fault.apply(doorbell);
    }
}
