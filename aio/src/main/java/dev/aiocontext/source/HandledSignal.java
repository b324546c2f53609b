package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.posix.SignalNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A signal of the process that has sources, of whatever contexts. A signal belongs to the process, and so does what is done about
 * it: the first source begins the {@link Way}, and the last one ends it.
 *
 * <p><b>Threads.</b> Any. {@link #LOCK} guards what changes. A delivery does not take it. A signal is raised without it, because that
 * may end the program, whose shutdown hooks may close sources.
 *
 * <p><b>No signal is lost at the end.</b> A delivery either finds a source that takes the signal, or it does not. If not, it looks,
 * under the lock, whether the way has ended. If the way has ended, the signal is raised again, and has its earlier effect. If
 * not, it is noted: the next source is told of it, or the end raises it. A source that has taken a signal and is closed before it
 * was told gives it back, see {@link SignalWork#takeUntold}: {@link #leave} tells the sources that were opened after the signal had come, or
 * raises it if there are none. Numbers of deliveries say which came first. A source may be told twice of one signal by that.
 *
 * <p><b>Errors.</b> The signal is in {@link #HANDLED} before its way begins, and leaves after its way has ended. So an Error leaves no
 * handler that nobody knows of: another {@link #leave} ends the way. Each step of it can be repeated. A source whose opening got an
 * Error is not returned, and may be in the list: the end of its context has it leave.
 */
final class HandledSignal {
    /** For {@link #deliver}: nobody knows who has sent the signal. */
    static final int UNKNOWN_SENDER = 0;

    private static final Object LOCK = new Object();

    /** The signals that have sources. Guarded by LOCK. */
    private static final Map<Integer, HandledSignal> HANDLED = new HashMap<>();

    final int signal;
    final String name;
    final SignalRouteChoice choice;
    private final Way way;
    private final List<SignalWork> sources = new CopyOnWriteArrayList<>();

    private final AtomicLong deliveries = new AtomicLong();

    /** Whether the way has begun and not ended. Guarded by LOCK. */
    private boolean begun;

    /** Whether a signal has come that no source took. Guarded by LOCK. */
    private boolean missed;

    private HandledSignal(int signal, SignalRouteChoice choice) {
        this.signal = signal;
        this.name = SignalNumber.name(signal);
        this.choice = choice;
        this.way = Routes.way(this);
    }

    /** Adds a source; the first one of its signal decides about the route. */
    static SignalSource add(AioContext context, int signal, @Nullable SignalRoute asked, SignalHandler handler) {
        SignalWork source;
        synchronized (LOCK) {
            HandledSignal handled = HANDLED.get(signal);
            if (handled == null) {
                handled = new HandledSignal(signal, Routes.choose(signal, asked, context));
            } else {
                handled.requireRoute(asked);
            }
            source = new SignalWork(context, handled, handler);
            source.leaveWhenClosed(); // first: from now on, the end of the context undoes everything
            HANDLED.put(signal, handled);
            source.joined = handled.deliveries.get();
            handled.sources.add(source);
        }
        try {
            source.handled.join(source);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
        return source;
    }

    private void requireRoute(@Nullable SignalRoute asked) {
        if (asked != null && asked != choice.route()) {
            throw new UnsupportedOperationException(
                    name + " cannot come by " + asked + ": it comes by " + choice.route()
                            + " to a source that is open. All sources of a signal have one route, so close the others first");
        }
    }

    private void join(SignalWork source) {
        synchronized (LOCK) {
            if (!begun) {
                begin();
            }
            way.join(source);
            if (!source.isOpen()) {
                throw new IllegalStateException(source + " is closed: its context has ended");
            }
            if (missed) {
                missed = !source.deliver(deliveries.incrementAndGet(), UNKNOWN_SENDER);
            }
        }
    }

    private void begin() {
        try {
            way.begin();
            begun = true;
        } catch (RuntimeException | Error e) {
            way.end();
            throw e;
        }
    }

    /** Removes a source, which is closed. Calling it again changes nothing. */
    void leave(SignalWork source) {
        boolean toBeRaised = source.takeUntold();
        synchronized (LOCK) {
            way.leave(source);
            sources.remove(source);
            if (!sources.isEmpty()) {
                if (toBeRaised) {
                    tellLater(source.lastDelivery());
                }
                return;
            }
            way.end();
            begun = false;
            HANDLED.remove(signal, this);
            toBeRaised |= missed;
            missed = false;
        }
        way.awaitEnd();
        if (toBeRaised) {
            way.raise();
        }
    }

    /** Tells the sources that were opened after a delivery. */
    private void tellLater(long delivery) {
        for (SignalWork source : sources) {
            if (source.joined >= delivery) {
                source.deliver(deliveries.incrementAndGet(), UNKNOWN_SENDER);
            }
        }
    }

    /** Tells all sources that the signal has come. */
    void deliver(int sender) {
        long delivery = deliveries.incrementAndGet();
        boolean told = false;
        for (SignalWork source : sources) {
            told |= source.deliver(delivery, sender);
        }
        if (!told) {
            tellNobody();
        }
    }

    /** Tells the sources of one context that the signal has come to it. */
    void deliverIn(AioContext context) {
        long delivery = deliveries.incrementAndGet();
        for (SignalWork source : sources) {
            if (source.context.equals(context)) {
                source.deliver(delivery, UNKNOWN_SENDER);
            }
        }
    }

    private void tellNobody() {
        synchronized (LOCK) {
            if (begun) {
                missed = true;
                return;
            }
        }
        way.raise();
    }
}
