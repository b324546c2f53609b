package dev.aiocontext.internal.relay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * Says whether the relay thread sleeps until a signal comes. A notifier in mode DEFERRED has to signal the relay thread then, and
 * only then.
 *
 * <pre>
 *     notifier (any thread)                       relay thread
 *       puts its request down                       park():  parked = true
 *       isParked(): fullFence                                fullFence
 *                   not parked: done                look for requests again; found: do not sleep
 *                   parked: signal                  sleep until a signal comes
 *                                                   unpark(): parked = false
 * </pre>
 *
 * <p><b>Threads.</b> {@link #isParked}: any, after it put its request down. {@link #park} and {@link #unpark}: the relay thread.
 *
 * <p><b>Why no request is slept through.</b> The fences pair as in Dekker's algorithm: each side stores, fences, and loads
 * what the other stored. Take a request and the relay thread's last {@link #park} before a sleep. Either the second look,
 * which follows the fence, sees the request, or the notifier's load sees {@code parked}, or both. If it sees {@code parked},
 * it signals, and the signal is pending, at the least, when the sleep begins. It may see the false of a later {@link #unpark}
 * instead: the sleep is over then. It cannot see the false of an earlier one if the second look has missed its request.
 *
 * <p>More than one notifier may see {@code parked} before the relay thread is awake: each signals, and the signals coalesce.
 * So none relies on another's, which may fail. As in {@code Wakeup}, both fences are {@link VarHandle#fullFence}.
 */
public final class Parking {
    private static final VarHandle PARKED;

    static {
        try {
            PARKED = MethodHandles.lookup().findVarHandle(Parking.class, "parked", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    private final BooleanSupplier requested;

    /** Written by the relay thread. */
    @SuppressWarnings("unused") // through PARKED
    private boolean parked;

    /**
     * Creates it, not parked.
     *
     * @param requested the relay thread's look for requests
     */
    public Parking(BooleanSupplier requested) {
        this.requested = requested;
    }

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        Parking parking = new Parking(() -> false);
        parking.park();
        parking.isParked();
        parking.unpark();
    }

    /**
     * Announces that the relay thread is about to sleep, and looks for requests once more. Relay thread.
     *
     * @return true if it may sleep; {@link #unpark} comes after it in any case
     */
    public boolean park() {
        PARKED.setOpaque(this, true);
        VarHandle.fullFence();
        return !requested.getAsBoolean();
    }

    /** Takes the announcement back: from now on the relay thread looks for requests by itself. Relay thread. */
    public void unpark() {
        PARKED.setOpaque(this, false);
    }

    /**
     * Says whether a request that was just put down needs a signal. Any notifier.
     *
     * @return true if so
     */
    public boolean isParked() {
        VarHandle.fullFence();
        return (boolean) PARKED.getOpaque(this);
    }
}
