package dev.aiocontext.internal.relay;

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
 * <p><b>Why no request is lost.</b> SIGIO coalesces, so a signal says only that somebody asked; who, says the queue. A
 * notifier raises {@link Channel#wanted} from 0 to its arming and pushes the channel, or finds it above 0: another has pushed
 * it, or is about to; then it signals, as that other does after its push. The relay thread looks at the queue after each
 * signal, and takes {@code wanted} after the channel, by an atomic exchange: a request that comes before it is delivered now,
 * one that comes after finds 0 and pushes the channel again, followed by a signal of its own.
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
    }

    private final WorkQueue<C> channels = new WorkQueue<>(AT_ONCE);

    /** What can be wanted: extend it. */
    public abstract static class Channel {
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
     * Asks for a delivery.
     *
     * @param channel the channel
     * @param arming what for, above 0
     */
    public void post(C channel, long arming) {
        if (raise(channel, arming)) {
            channels.push(channel);
        }
        channel.signal();
    }

    /** True if it was wanted by nobody before, so that it is not in the queue. */
    private static boolean raise(Channel channel, long arming) {
        long before;
        do {
            before = channel.wanted;
        } while (arming > before && !WANTED.weakCompareAndSet(channel, before, arming));
        return before == 0;
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
            delivery.accept(channel, (long) WANTED.getAndSet(channel, 0L));
        }
    }
}
