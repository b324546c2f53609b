package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.FdSource;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A source of a signal: a bottom half, and the signals that its handler was not told of yet.
 *
 * <p><b>Threads.</b> {@link #run}: the home thread. Everything else: any.
 *
 * <p><b>Why the last signal is told.</b> This is no announcement of its own: {@link BottomHalf#schedule} is the only one. {@link #deliver}
 * counts the signal and then schedules. The loop takes the scheduling, and then {@link #run} takes the count. A signal that is
 * counted after that schedules anew, and the callback runs once more. It may find nothing, if the run before has taken the count
 * already.
 *
 * <p><b>Errors.</b> {@link #close} can be repeated. A delivery that gets an Error may have counted a signal without a scheduling: the
 * next one tells both, and the end of the last source raises it.
 */
final class SignalWork extends ReadyMadeSource implements SignalSource {
    private static final int COUNT_SHIFT = 32;
    private static final long ONE = 1L << COUNT_SHIFT;
    private static final long SENDER = ONE - 1;

    final HandledSignal handled;
    private final SignalHandler handler;

    /** The number of signals, and in the lower half the sender of the last one. Signals without a count do not exist. */
    private final AtomicLong untold = new AtomicLong();

    /** The number of the last delivery. */
    private volatile long lastDelivery;

    /** How many deliveries there were before this source. Guarded by the lock of {@link HandledSignal}. */
    long joined;

    final AioContext context;
    private final BottomHalf bottomHalf;

    /** Its signalfd, if it has one. Written under the lock of {@link HandledSignal}. */
    volatile @Nullable FdSource signalfd;

    SignalWork(AioContext context, HandledSignal handled, SignalHandler handler) {
        this.context = context;
        this.handled = handled;
        this.handler = handler;
        bottomHalf = context.newBottomHalf(handled.name, owned(this::run));
    }

    @Override
    BottomHalf base() {
        return bottomHalf;
    }

    @Override
    @Nullable
    FdSource descriptor() {
        return signalfd;
    }

    /** Says that the signal has come; returns false if the source is closed, and nobody else has noted the signal. */
    boolean deliver(long delivery, int sender) {
        lastDelivery = delivery;
        untold.updateAndGet(before -> ((before & ~SENDER) + ONE & Long.MAX_VALUE) | Integer.toUnsignedLong(sender));
        try {
            bottomHalf.schedule();
            return true;
        } catch (IllegalStateException closed) {
            return !takeUntold();
        }
    }

    /** {@return the number of the last delivery} */
    long lastDelivery() {
        return lastDelivery;
    }

    /** Takes the signals away that the handler was not told of; returns whether there were any. */
    boolean takeUntold() {
        return untold.getAndSet(0) != 0;
    }

    private void run() throws Throwable {
        long taken = untold.getAndSet(0);
        if (taken != 0) {
            int sender = (int) taken;
            handler.signalled(
                    this,
                    new SignalEvent(
                            handled.name,
                            handled.signal,
                            (int) (taken >>> COUNT_SHIFT),
                            sender == HandledSignal.UNKNOWN_SENDER ? OptionalLong.empty() : OptionalLong.of(sender)));
        }
    }

    /** Has the source leave its signal when the context closes it, or when the exception handler closes the bottom half. */
    void leaveWhenClosed() {
        bottomHalf.closed().thenRun(() -> handled.leave(this));
    }

    @Override
    public void close() {
        try {
            bottomHalf.close(); // first: from now on a delivery is refused, and raised again
        } finally {
            handled.leave(this);
        }
    }

    @Override
    public int signal() {
        return handled.signal;
    }

    @Override
    public SignalRouteChoice route() {
        return handled.choice;
    }

    @Override
    public String toString() {
        return "signal source " + name();
    }
}
