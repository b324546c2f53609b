package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.SignalWait;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * One round of the relay thread: it waits for a signal and serves the channels.
 *
 * <ol>
 *   <li>Wait. If nothing is put off, the relay thread announces in {@link Parking} that it sleeps, and waits for a signal without
 *       a limit. If a request is put off, or lately was, the thread waits until the next look at {@link Deferrals} is due.
 *   <li>Take the requests. A request in mode DEFERRED is put off; any other is delivered.
 *   <li>Look at what is put off, if it is time.
 *   <li>If a signal came, deliver a record for no arming to each listener that this round has not served: the signal may have
 *       come from outside.
 * </ol>
 *
 * <p><b>Threads.</b> The relay thread. The requests and the set of listeners are given to the constructor, and are safe for other
 * threads to change meanwhile.
 *
 * <p><b>Errors.</b> No step throws: each failure is logged, and the next round goes on. A failure in one channel's delivery does
 * not keep the others from being served. After an Error in another step, requests that were not taken stay in the queue, and
 * the next signal finds them.
 */
final class RelayRound {
    static final String CANNOT_SERVE = "the SIGIO relay cannot wait, or cannot reach a context";
    private static final long AFTER_A_FAILED_WAIT = TimeUnit.SECONDS.toNanos(1);

    private final RelayRequests<RelayChannel> requests;
    private final Parking parking;
    private final Set<RelayChannel> listeners;
    private final Deferrals<RelayChannel> deferrals =
            new Deferrals<>(System::nanoTime, RelayChannel::hasGoneOn, this::deliver);

    // Kept, because new ones for each signal would be garbage, as would be an iterator.
    private final ObjLongConsumer<RelayChannel> onRequest = this::serve;
    private final Consumer<RelayChannel> onSignal = this::serveListener;

    /** The number of signals that were served. */
    private long round;

    /** Creates it; the listeners are the channels whose contexts handle SIGIO themselves. */
    RelayRound(RelayRequests<RelayChannel> requests, Parking parking, Set<RelayChannel> listeners) {
        this.requests = requests;
        this.parking = parking;
        this.listeners = listeners;
    }

    /** Waits and serves, once. */
    void run(SignalWait sigio) {
        try {
            serveAll(await(sigio));
        } catch (Throwable t) {
            RelayLog.complain(CANNOT_SERVE, t);
        }
    }

    /**
     * Waits for a signal, or until the next look at what is put off is due; says whether a signal came. If the kernel, or a
     * sandbox, refuses to wait for a signal, the channels are served all the same, later.
     */
    private boolean await(SignalWait sigio) {
        try {
            if (!deferrals.isIdle()) {
                return sigio.await(deferrals.untilNextLook());
            }
            boolean parked = parking.park();
            if (parked) {
                sigio.await();
            }
            return parked;
        } catch (Throwable t) {
            RelayLog.complain(CANNOT_SERVE, t);
            Thread.interrupted(); // or it would not park
            LockSupport.parkNanos(AFTER_A_FAILED_WAIT);
            return false;
        } finally {
            parking.unpark();
        }
    }

    private void serveAll(boolean signalled) {
        if (signalled) {
            round++;
        }
        requests.takeAll(onRequest);
        deferrals.look();
        if (signalled) {
            listeners.forEach(onSignal);
        }
    }

    private void serve(RelayChannel channel, long arming) {
        if (channel.mode() == RelayMode.DEFERRED) {
            deferrals.add(channel, arming);
        } else {
            deliver(channel, arming);
        }
    }

    private void serveListener(RelayChannel channel) {
        if (channel.round != round) {
            deliver(channel, 0);
        }
    }

    /** Delivers a record. One context's trouble must not keep the others from being woken. */
    private void deliver(RelayChannel channel, long arming) {
        channel.round = round;
        try {
            channel.deliver(arming);
        } catch (RuntimeException e) {
            RelayLog.complain(CANNOT_SERVE, e);
        }
    }
}
