package dev.aiocontext;

import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.relay.RelayChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The loop's end of its relay: reads the records, tells echo from rescue, and calls the handler of SIGIO.
 *
 * <p><b>Threads.</b> {@link #onSigio} and {@link #mode}: any. Everything else: the home thread.
 */
final class RelayEnd {
    /** Whether {@link RescueEvent} can be loaded. */
    private final RelayChannel channel;

    private final FdEntry entry;
    private final Loop loop;
    private final Counters counters;
    private final RelayChannel.RecordHandler onRecord = this::relayed;

    /** So that the handler and whether somebody listens fit each other. */
    private final ReentrantLock handlerLock = new ReentrantLock();

    private volatile UserCode.@Nullable Callback sigioHandler;

    /** The home thread's: records whose handler has not been called yet. */
    private int signals;

    RelayEnd(RelayChannel channel, Loop loop, Counters counters) {
        this.channel = channel;
        this.entry = new FdEntry(channel.fd());
        this.loop = loop;
        this.counters = counters;
    }

    /** What to wait for. */
    FdEntry entry() {
        return entry;
    }

    RelayMode mode() {
        return channel.mode();
    }

    /** Handles SIGIO from now on, or no longer. */
    void onSigio(UserCode.@Nullable Callback handler) {
        handlerLock.lock();
        try {
            sigioHandler = handler;
            channel.listen(handler != null);
        } finally {
            handlerLock.unlock();
        }
    }

    /** Whether records were read whose handler has not been called: a nested poll has to. Home thread. */
    boolean isHandlerDue() {
        return signals > 0 && handlesSigio();
    }

    boolean handlesSigio() {
        return sigioHandler != null;
    }

    /** Reads what the last wait found. */
    void accept() {
        if (entry.takeEvents() != 0) {
            channel.readRecords(onRecord);
        }
    }

    /**
     * A record of the relay. It rescued the loop if it answers the last arming, whose doorbell nobody saw, and there is
     * work: the notifier wrote the doorbell before it signalled, so that write was lost.
     */
    private void relayed(int signal, long arming) {
        if (arming != 0) {
            if (loop.isLastArming(arming) && loop.hasWork() && !loop.doorbellRangFor(arming)) {
                rescued(arming);
            } else {
                counters.echoes++;
            }
        }
        signals++;
    }

    private void rescued(long arming) {
        counters.rescues++;
        if (Recordings.exist()) {
            record(arming);
        }
    }

    private void record(long arming) {
        RescueEvent event = new RescueEvent();
        if (event.isEnabled()) {
            long rungAt = channel.rungAt();
            event.arming = arming;
            event.notifier = channel.rungBy();
            event.notifierId = channel.rungById();
            event.relay = mode().name();
            event.delay = System.nanoTime() - rungAt;
            loop.describe(event, rungAt);
            event.commit();
        }
    }

    /** Called once the records are read: a handler may poll, and that reads records too. */
    boolean callSigioHandler(UserCode userCode) {
        boolean progress = false;
        while (signals > 0) {
            signals--;
            UserCode.Callback handler = sigioHandler;
            if (handler != null) {
                userCode.call(handler);
                progress = true;
            }
        }
        return progress;
    }

    void close() {
        channel.close();
    }
}
