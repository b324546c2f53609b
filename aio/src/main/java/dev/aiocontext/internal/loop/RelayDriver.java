package dev.aiocontext.internal.loop;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.relay.RelayChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The loop's end of its relay: reads the records, tells echo from rescue, and calls the handler of SIGIO.
 *
 * <p><b>Threads.</b> {@link #put}, {@link #remove}, {@link #wakeLoop} and {@link #mode}: any. Everything else: the home thread.
 */
final class RelayDriver implements Driver {
    private final String context;
    private final RelayChannel channel;

    private final FdEntry entry;
    private final Arming arming;
    private final Inbox inbox;
    private final FdSet descriptors;
    private final Callbacks callbacks;
    private final Counters counters;
    private final RelayChannel.RecordHandler onRecord = this::relayed;

    /** Written under the monitor of this object, so that the handler and whether the channel listens fit each other. */
    private volatile @Nullable SigioWork handler;

    /** The home thread's: records whose handler has not been called yet. */
    private int signals;

    RelayDriver(
            String context,
            RelayChannel channel,
            Arming arming,
            Inbox inbox,
            FdSet descriptors,
            Callbacks callbacks,
            Counters counters) {
        this.context = context;
        this.channel = channel;
        this.entry = new FdEntry(channel.fd());
        this.arming = arming;
        this.inbox = inbox;
        this.descriptors = descriptors;
        this.callbacks = callbacks;
        this.counters = counters;
    }

    /** {@return the descriptor that the loop waits for} */
    FdEntry entry() {
        return entry;
    }

    RelayMode mode() {
        return channel.mode();
    }

    /** Sets the source that is called for each SIGIO, and returns the one that it replaces. */
    synchronized @Nullable SigioWork put(SigioWork newHandler) {
        SigioWork replaced = handler;
        channel.listen(true);
        handler = newHandler;
        if (replaced != null) {
            replaced.shut();
        }
        return replaced;
    }

    /** Takes a source away, if it is the one that is called for SIGIO. */
    synchronized void remove(SigioWork closed) {
        if (closed.isOpen()) {
            closed.shut();
            handler = null;
            channel.listen(false);
        }
    }

    void wakeLoop() {
        inbox.wakeupIfOpen();
    }

    /** Says not to wait if records were read and not handled yet: a nested poll, or one after a resume, handles them. */
    @Override
    public long longestWait() {
        return signals > 0 && looksWhileBusy() ? 0 : FOR_EVER;
    }

    @Override
    public boolean looksWhileBusy() {
        SigioWork now = handler;
        return now != null && now.isListening();
    }

    @Override
    public void accept() {
        if (entry.takeEvents() != 0) {
            channel.readRecords(onRecord);
        }
    }

    /**
     * Tells an echo from a rescue. A record rescued the loop if it answers the last arming, no doorbell was seen for that arming,
     * and there is work. The notifier wrote the doorbell before it signalled, so that write was lost.
     */
    private void relayed(int signal, long answered) {
        if (answered != 0) {
            if (arming.isLast(answered) && inbox.hasWork() && !arming.doorbellRangFor(answered)) {
                rescued(answered);
            } else {
                counters.echoes++;
            }
        }
        signals++;
    }

    private void rescued(long answered) {
        counters.rescues++;
        if (FlightRecording.exists()) {
            record(answered);
        }
    }

    private void record(long answered) {
        RescueEvent event = new RescueEvent();
        if (event.isEnabled()) {
            long rungAt = channel.rungAt();
            event.context = context;
            event.arming = answered;
            event.notifier = channel.rungBy();
            event.notifierId = channel.rungById();
            event.relay = mode().name();
            event.delay = System.nanoTime() - rungAt;
            event.monitor = descriptors.monitor().monitor().name().toLowerCase(Locale.ROOT);
            event.work = !inbox.work.isEmpty() || !inbox.idleWork.isEmpty();
            event.request = inbox.wakeup.isRequested();
            arming.describe(event, rungAt);
            event.commit();
        }
    }

    /** Calls the handler once for each record. The records are read before: a handler may poll, and that reads records too. */
    @Override
    public boolean dispatch() {
        boolean progress = false;
        SigioWork now = handler;
        while (signals > 0) {
            if (now == null) {
                signals = 0;
            } else if (now.isSuspended()) {
                signals = 1; // they coalesce, as pending signals do
                break;
            } else {
                signals--;
                callbacks.call(now);
                progress = true;
            }
            now = handler;
        }
        return progress;
    }

    @Override
    public void close() {
        channel.close();
    }
}
