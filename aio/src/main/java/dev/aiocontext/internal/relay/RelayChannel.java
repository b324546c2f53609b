package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Uses;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One context's way through the relay. A request goes these steps, in this order:
 *
 * <ol>
 *   <li>A notifier that finds the loop armed calls {@link #ring}. It enters a use of the channel, so that the channel stays open,
 *       and notes its own name and the time.
 *   <li>The notifier posts the request: {@link RelayRequests#post} raises the arming that is wanted, and pushes the channel.
 *   <li>The notifier signals the relay thread: {@link #signal}, {@link SigioSender#request}. In mode DEFERRED it does so only if
 *       the relay thread is parked.
 *   <li>The relay thread wakes and takes the request: {@link RelayRound}, {@link RelayRequests#takeAll}.
 *   <li>In mode DEFERRED the relay thread puts the request off, see {@link Deferrals}. If the loop goes on by itself meanwhile,
 *       {@link #hasGoneOn}, the request ends here.
 *   <li>The relay thread delivers the request: {@link #deliver} writes a record with the arming to the channel's pipe.
 *   <li>The loop's wait returns, because the pipe is readable. The loop reads the record: {@link #readRecords}.
 * </ol>
 *
 * <p><b>Threads.</b> {@link #ring}, {@link #listen} and the accessors: any. {@link #deliver} and {@link #hasGoneOn}: the relay
 * thread. {@link #attach}, {@link #readRecords} and {@link #close}: the home thread.
 *
 * <p><b>Errors.</b> A notifier that gets an Error leaves its use all the same, because leaving is one store. Its request may or may
 * not be posted; the next notifier posts its own. A {@link #close} that gets an Error while it waits for the users leaves the pipe
 * open and the channel in the relay.
 */
public final class RelayChannel extends RelayRequests.Channel implements Doorbell {
    private final SigioRelay relay;
    private final RelayMode mode;
    private final SigioSender sender;
    private final RecordPipe pipe = new RecordPipe();
    private final Uses uses = new Uses();

    /** The wake-up that numbers the armings. Written by the home thread before its first arming, read by the relay thread. */
    private @Nullable Wakeup wakeup;

    /** The relay thread's: the last of its signals after which it served this channel. */
    long round;

    /** The negated errno of a signal that was refused, or 0. */
    private volatile int refused;

    private final AtomicBoolean saidRefused = new AtomicBoolean();

    /** The last notifier's name, and not its thread, which could not be collected after its end. */
    private String rungBy = "";

    private long rungById;

    /** Publishes the two fields above. Of two late rings at once, one of the three fields may be of the other ring. */
    private volatile long rungAt;

    /** Handles a record on the loop. */
    public interface RecordHandler {
        /**
         * Takes a record.
         *
         * @param signal the signal's number
         * @param arming the arming that was answered, or 0 for a signal from outside
         */
        void record(int signal, long arming);
    }

    /** Opens the channel; the relay counts it afterwards. */
    RelayChannel(SigioRelay relay, RelayMode mode, SigioSender sender) {
        this.relay = relay;
        this.mode = mode;
        this.sender = sender;
    }

    /**
     * Says which wake-up numbers the armings of this channel's records. Home thread, once, before its first arming.
     *
     * <p>The field is plain, because the arming publishes it: a notifier rings only after it saw that the loop is armed, and the
     * relay thread learns of the arming from the notifier.
     *
     * @param wakeup the wake-up that rings this channel
     */
    public void attach(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    /** {@return the descriptor of the pipe's end that the loop polls} */
    public int fd() {
        return pipe.readEnd();
    }

    /** {@return the descriptor of the pipe's end that the relay thread writes to} */
    public int writeFd() {
        return pipe.writeEnd();
    }

    /** {@return {@link RelayMode#THREAD}, {@link RelayMode#DEFERRED} or {@link RelayMode#PROCESS}} */
    public RelayMode mode() {
        return mode;
    }

    /** {@return when the last ring was asked for, by {@link System#nanoTime}} */
    public long rungAt() {
        return rungAt;
    }

    /** {@return the name of the thread that asked for the last ring; read it after {@link #rungAt}} */
    public String rungBy() {
        return rungBy;
    }

    /** {@return the {@link Thread#threadId} of the thread that asked for the last ring; read it after {@link #rungAt}} */
    public long rungById() {
        return rungById;
    }

    /**
     * Passes signals from outside on too, or no longer.
     *
     * @param listen whether somebody on the loop handles SIGIO
     */
    public void listen(boolean listen) {
        relay.listen(this, listen);
    }

    @Override
    public void ring(long arming) {
        Uses.Use use = uses.enter();
        if (use == null) {
            return; // the context is closed: nobody is there to be woken
        }
        try {
            Thread notifier = Thread.currentThread();
            rungBy = notifier.getName();
            rungById = notifier.threadId();
            rungAt = System.nanoTime();
            relay.requests.post(this, arming);
        } finally {
            use.busy = false;
        }
        if (refused < 0) {
            complain();
        }
    }

    @Override
    protected void signal() {
        int result = sender.request(mode);
        if (result < 0) {
            refused = result;
        }
    }

    /**
     * Says that signals are refused, once. A sandbox that forbids them is no reason to fail: the work is handed over, and the
     * doorbell has rung. Not inside a use, because the user's logger may close the context, which waits for each use.
     */
    private void complain() {
        if (saidRefused.compareAndSet(false, true)) {
            RelayLog.complain(
                    "the SIGIO relay cannot be signalled: from now on a wake-up relies on the doorbell alone",
                    Errno.exception(mode == RelayMode.PROCESS ? "kill" : "tgkill", -refused, -1));
        }
    }

    /** Says whether the loop has gone on since an arming. Without an attached wake-up it has not. Relay thread. */
    boolean hasGoneOn(long arming) {
        return wakeup != null && wakeup.hasGoneOn(arming);
    }

    /** Writes a record, for an arming, or for 0: a signal from outside. Relay thread. */
    void deliver(long arming) {
        Uses.Use use = uses.enter();
        if (use == null) {
            return;
        }
        try {
            pipe.write(arming);
        } finally {
            use.busy = false;
        }
    }

    /**
     * Reads the records that the relay wrote, at most a buffer full. More records keep the pipe readable.
     *
     * @param handler gets each record
     */
    public void readRecords(RecordHandler handler) {
        pipe.read(handler);
    }

    /**
     * Leaves the relay, whose thread ends with its last channel, once the threads that ring and deliver have finished. Calling it
     * again changes nothing.
     */
    public void close() {
        if (!uses.close()) {
            return;
        }
        try {
            pipe.close();
        } finally {
            relay.remove(this);
        }
    }
}
