package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.internal.posix.Uses;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;

/**
 * One context's way through the relay: a request that notifiers set before they send the signal, and a pipe that the relay
 * thread writes to and the loop polls.
 *
 * <p><b>Threads.</b> {@link #ring}: any. {@link #deliver} and {@link #hasGoneOn}: the relay thread. {@link #readRecords} and
 * {@link #close}: the home thread.
 */
public final class RelayChannel extends RelayRequests.Channel implements Doorbell {
    private static final int RECORDS_AT_ONCE = 32;

    private final SigioRelay relay;
    private final RelayMode mode;
    private final LongPredicate goneOn;
    private final Uses uses = new Uses();
    private final OwnMemory memory = new OwnMemory();

    /** The relay thread's: the last of its signals after which it served this channel. */
    long round;

    /** The relay thread's. */
    private final MemorySegment outgoing;

    /** The home thread's. */
    private final MemorySegment incoming;

    /** The negated errno of a signal that was refused, or 0. */
    private volatile int refused;

    private final AtomicBoolean saidRefused = new AtomicBoolean();

    private final Descriptors.Pipe pipe;

    /** Who asked for the last ring; its name and not the thread, which would be kept from being collected after its end. */
    private String rungBy = "";

    private long rungById;

    /** When, by {@link System#nanoTime}. Publishes who; of two late rings at once, one of the three may be of the other. */
    private volatile long rungAt;

    /** What the loop does with a record. */
    public interface RecordHandler {
        /**
         * Takes a record.
         *
         * @param signal the signal's number
         * @param arming the arming that was answered, or 0 for a signal from outside
         */
        void record(int signal, long arming);
    }

    RelayChannel(SigioRelay relay, RelayMode mode, LongPredicate goneOn) {
        this.relay = relay;
        this.mode = mode;
        this.goneOn = goneOn;
        try {
            outgoing = memory.allocate(SignalRecord.SIZE, Long.BYTES);
            incoming = memory.allocate(SignalRecord.SIZE * RECORDS_AT_ONCE, Long.BYTES);
            pipe = Descriptors.pipe(); // last: nothing after it can fail and leave it open
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /**
     * The end of the pipe that the loop polls.
     *
     * @return its descriptor
     */
    public int fd() {
        return pipe.readEnd();
    }

    /**
     * The end of the pipe that the relay thread writes to.
     *
     * @return its descriptor
     */
    public int writeFd() {
        return pipe.writeEnd();
    }

    /**
     * How the channel signals.
     *
     * @return {@link RelayMode#THREAD}, {@link RelayMode#DEFERRED} or {@link RelayMode#PROCESS}
     */
    public RelayMode mode() {
        return mode;
    }

    /**
     * When the last ring was asked for.
     *
     * @return {@link System#nanoTime} of it
     */
    public long rungAt() {
        return rungAt;
    }

    /**
     * Who asked for the last ring, for whoever has read {@link #rungAt} before.
     *
     * @return the name of the notifier's thread
     */
    public String rungBy() {
        return rungBy;
    }

    /**
     * Who asked for the last ring, for whoever has read {@link #rungAt} before.
     *
     * @return the {@link Thread#threadId} of the notifier
     */
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
            relay.post(this, arming);
        } finally {
            use.busy = false;
        }
        if (refused < 0) {
            complain();
        }
    }

    @Override
    protected void signal() {
        int result = relay.signal(mode);
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
            SigioRelay.complain(
                    "the SIGIO relay cannot be signalled: from now on a wake-up relies on the doorbell alone",
                    Errno.exception(mode == RelayMode.PROCESS ? "kill" : "tgkill", -refused, -1));
        }
    }

    /** Whether the loop has gone on since an arming. Relay thread. */
    boolean hasGoneOn(long arming) {
        return goneOn.test(arming);
    }

    /** Writes a record, for an arming, or 0 for a signal from outside. Relay thread. */
    void deliver(long arming) {
        Uses.Use use = uses.enter();
        if (use == null) {
            return;
        }
        try {
            SignalRecord.fill(outgoing, Signals.SIGIO, arming);
            long written;
            do {
                written = Libc.write(pipe.writeEnd(), outgoing, SignalRecord.SIZE);
            } while (written == -Errno.EINTR);
            // EAGAIN: the pipe is full of records, so it is readable, so the loop wakes.
            if (written != -Errno.EAGAIN) {
                Errno.check((int) written, "write", pipe.writeEnd());
            }
        } finally {
            use.busy = false;
        }
    }

    /**
     * Reads what the relay wrote, at most a buffer full; more keeps the pipe readable.
     *
     * @param handler gets each record
     */
    public void readRecords(RecordHandler handler) {
        long read;
        do {
            read = Libc.read(pipe.readEnd(), incoming, incoming.byteSize());
        } while (read == -Errno.EINTR);
        if (read == -Errno.EAGAIN) {
            return;
        }
        Errno.check((int) read, "read", pipe.readEnd());
        // Records are written whole: a pipe keeps writes of up to PIPE_BUF (4096) bytes together.
        for (long offset = 0; offset + SignalRecord.SIZE <= read; offset += SignalRecord.SIZE) {
            MemorySegment struct = incoming.asSlice(offset, SignalRecord.SIZE);
            handler.record(SignalRecord.signal(struct), SignalRecord.arming(struct));
        }
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
            Descriptors.close(pipe);
        } finally {
            memory.close();
            relay.remove(this);
        }
    }
}
