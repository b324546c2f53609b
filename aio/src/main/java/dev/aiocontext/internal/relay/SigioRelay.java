package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * The SIGIO relay of the process: the {@link RelayChannel}s of all contexts, and one {@link RelayThread} that serves them. The
 * thread is started with the first channel and ended with the last (QEMU's {@code sigwait_compat} thread, which has one client).
 *
 * <p><b>Threads.</b> Any. All that changes is guarded by {@link #LOCK}. Notifiers do not come here: a channel brings their requests
 * to {@link #requests} itself.
 *
 * <p><b>Why a monitor.</b> A context may be opened or closed where the stack ends. A {@code ReentrantLock} can stay locked for
 * ever after a StackOverflowError in its {@code lock} or {@code unlock}, because both are calls (JDK-8318888). Then no relayed
 * context could be opened or closed any more. A monitor is given back by the JVM, without a call. Before JDK 24 a virtual thread
 * that closes the last context holds its carrier until the relay thread has ended; the relay thread needs no carrier for that.
 *
 * <p><b>Errors.</b> An opener or a closer that gets an Error at any step holds up nobody. It may leave behind a relay without
 * channels, whose thread runs or is half ended. {@link #current} names that relay until it has ended, so the next opening ends it
 * first. A closer that gets an Error before its channel is removed leaves the channel in the relay: the thread then stays, and
 * serves the contexts that come.
 */
public final class SigioRelay {
    private static final Object LOCK = new Object();

    /** The relay of the process, until its thread has ended. Guarded by LOCK. */
    private static @Nullable SigioRelay current;

    static {
        RelayLog.load();
    }

    final RelayRequests<RelayChannel> requests = new RelayRequests<>();

    /** Guarded by LOCK. */
    private final Set<RelayChannel> channels = new HashSet<>();

    /** The channels whose contexts handle SIGIO themselves. Changed under LOCK; the relay thread reads it. */
    private final Set<RelayChannel> listeners = new CopyOnWriteArraySet<>();

    private final RelayThread thread;

    private SigioRelay() {
        Parking parking = new Parking(() -> !requests.isEmpty());
        thread = new RelayThread(new RelayRound(requests, parking, listeners), parking);
    }

    /**
     * Opens a channel, and starts the relay for the first.
     *
     * @param mode {@link RelayMode#THREAD}, {@link RelayMode#DEFERRED} or {@link RelayMode#PROCESS}
     * @return the channel, to be closed
     * @throws IllegalStateException in PROCESS mode, if a thread of this process leaves SIGIO unblocked, or if that cannot be
     *     found out. Also if this and another copy of the library would both have a relay, and one is in PROCESS mode
     */
    public static RelayChannel open(RelayMode mode) {
        synchronized (LOCK) {
            if (current != null) {
                current.endIfUnused(); // left behind by an Error
            }
            SigioRelay relay = current;
            if (relay == null) {
                relay = new SigioRelay();
                current = relay; // before its thread runs: an Error leaves no thread that nobody knows of
            }
            try {
                return relay.add(mode);
            } catch (RuntimeException | Error e) {
                relay.endIfUnused();
                throw e;
            }
        }
    }

    private RelayChannel add(RelayMode mode) {
        SigioSender sender;
        synchronized (ProcessMode.ALL_COPIES) {
            ProcessMode.requireNoneElsewhere(mode);
            sender = thread.start();
            if (mode == RelayMode.PROCESS) {
                ProcessMode.requireSafe(thread.thread(), sender.tid());
                ProcessMode.mark();
            }
        }
        RelayChannel channel = new RelayChannel(this, mode, sender);
        try {
            channels.add(channel);
        } catch (Error e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /** Passes signals from outside on to a channel too, or no longer. */
    void listen(RelayChannel channel, boolean listen) {
        synchronized (LOCK) {
            if (listen && channels.contains(channel)) {
                listeners.add(channel);
            } else {
                listeners.remove(channel);
            }
        }
    }

    /** Removes a channel, which its notifiers have left, and ends the relay with the last. */
    void remove(RelayChannel channel) {
        synchronized (LOCK) {
            listeners.remove(channel);
            channels.remove(channel);
            endIfUnused();
        }
    }

    private void endIfUnused() {
        if (channels.stream().noneMatch(channel -> channel.mode() == RelayMode.PROCESS)) {
            ProcessMode.unmark();
        }
        if (channels.isEmpty() && current == this) {
            thread.end();
            if (current == this) { // unless a user's logger, called meanwhile, has opened another
                current = null;
            }
        }
    }
}
