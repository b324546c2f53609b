package dev.aiocontext.internal.relay;

import dev.aiocontext.internal.wakeup.QueueMark;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.ObjLongConsumer;

/**
 * The channels that notifiers want delivered, each with the arming it is wanted for, announced to the relay thread by a
 * signal. No system call is made here: the signal and the delivery are the channel's, so that stress tests run this very class.
 *
 * <p><b>Threads.</b> {@link #post}: any. {@link #takeAll} and {@link #isEmpty}: the relay thread; it takes after each signal.
 *
 * <p><b>Why no request is lost.</b> SIGIO coalesces, so a signal says only that a notifier asked; the queue says for which
 * channels. A notifier raises {@link Channel#wanted} to its arming, pushes the channel unless {@link QueueMark} says that it is
 * in the queue, and signals in any case. The relay thread looks at the queue after each signal. It marks the channel as taken and then
 * takes {@code wanted}, by an atomic exchange. A request that comes before the exchange is delivered now; one that comes after it
 * pushes the channel again, followed by a signal of its own.
 *
 * <p><b>Errors.</b> A notifier that gets an Error may leave its request raised and the channel unpushed. The next notifier of
 * the channel pushes it: nothing but a complete push lets a notifier leave that out.
 *
 * @param <C> the channels
 */
public final class RelayRequests<C extends RelayRequests.Channel> {
    /** Contexts that have a request at one time, before the queue allocates. */
    private static final int AT_ONCE = 32;

    private static final VarHandle WANTED;

    static {
        try {
            WANTED = MethodHandles.lookup().findVarHandle(Channel.class, "wanted", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    private final WorkQueue<C> channels = new WorkQueue<>(AT_ONCE);

    /** A channel that notifiers can want delivered: extend it. */
    public abstract static class Channel {
        final QueueMark mark = new QueueMark();

        /** The latest arming that a notifier wants relayed, 0 for none. */
        private volatile long wanted;

        /** Creates a channel that nobody wants. */
        protected Channel() {}

        /** Has the relay thread call {@link #takeAll} some time after, by a signal unless it will do so anyway. Any notifier. */
        protected abstract void signal();
    }

    /** Creates requests of nobody. */
    public RelayRequests() {}

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        RelayRequests<Channel> requests = new RelayRequests<>();
        Channel channel = new Channel() {
            @Override
            protected void signal() {}
        };
        requests.post(channel, 1);
        requests.post(channel, 2);
        requests.takeAll((served, arming) -> {});
    }

    /**
     * Asks for a delivery.
     *
     * @param channel the channel
     * @param arming what for, above 0
     */
    public void post(C channel, long arming) {
        raise(channel, arming);
        long ticket = channel.mark.ticket();
        boolean queued = channel.mark.isQueued(ticket);
        if (!queued) {
            channels.push(channel);
        }
        channel.signal();
        if (!queued) {
            channel.mark.pushed(ticket);
        }
    }

    /** Raises what is wanted; by a read-modify-write in any case, whose order with the relay thread's the mark builds on. */
    private static void raise(Channel channel, long arming) {
        long before;
        do {
            before = channel.wanted;
        } while (!WANTED.weakCompareAndSet(channel, before, Math.max(before, arming)));
    }

    /**
     * Says whether there are no requests.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return channels.isEmpty();
    }

    /**
     * Takes the requests that are there.
     *
     * @param delivery gets each channel, and the latest arming that it is wanted for
     */
    public void takeAll(ObjLongConsumer<? super C> delivery) {
        long end = channels.end();
        for (C channel = channels.take(end); channel != null; channel = channels.take(end)) {
            // If not, the channel was pushed twice, and an entry before this one did for both.
            if (channel.mark.take(end)) {
                long arming = (long) WANTED.getAndSet(channel, 0L);
                if (arming != 0) { // 0 would be a signal from outside
                    delivery.accept(channel, arming);
                }
            }
        }
    }
}
