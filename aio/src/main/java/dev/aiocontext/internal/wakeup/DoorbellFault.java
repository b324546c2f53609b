package dev.aiocontext.internal.wakeup;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The fault that {@link Doorbell#withFault} puts into the doorbells which the calling thread opens meanwhile. */
final class DoorbellFault {
    private static final ThreadLocal<UnaryOperator<Doorbell>> FAULT = ThreadLocal.withInitial(UnaryOperator::identity);

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
        return FAULT.get().apply(doorbell);
    }
}
