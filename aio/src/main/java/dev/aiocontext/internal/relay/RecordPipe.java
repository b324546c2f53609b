package dev.aiocontext.internal.relay;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import dev.aiocontext.internal.posix.Signals;
import java.lang.foreign.MemorySegment;

/**
 * The pipe from the relay thread to one loop, which carries {@link SignalRecord}s.
 *
 * <p><b>Threads.</b> {@link #write}: the relay thread, inside a use of the channel. {@link #read}: the home thread. {@link #close}:
 * the thread that closed the channel to further use, once.
 */
final class RecordPipe {
    private static final int RECORDS_AT_ONCE = 32;

    /** What messages call it. */
    private static final String WHOSE = "the pipe by which the relay wakes its loop";

    private final OwnMemory memory = new OwnMemory();

    /** The relay thread's. */
    private final MemorySegment outgoing;

    /** The home thread's. */
    private final MemorySegment incoming;

    private final Descriptors.Pipe pipe;

    /** Opens the pipe. */
    RecordPipe() {
        try {
            outgoing = memory.allocate(SignalRecord.SIZE, Long.BYTES);
            incoming = memory.allocate(SignalRecord.SIZE * RECORDS_AT_ONCE, Long.BYTES);
            pipe = Descriptors.pipe(); // last: nothing after it can fail and leave it open
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    int readEnd() {
        return pipe.readEnd();
    }

    int writeEnd() {
        return pipe.writeEnd();
    }

    /** Writes a record, for an arming, or for 0: a signal from outside. */
    void write(long arming) {
        SignalRecord.fill(outgoing, Signals.SIGIO, arming);
        long written;
        do {
            written = Libc.write(pipe.writeEnd(), outgoing, SignalRecord.SIZE);
        } while (written == -Errno.EINTR);
        // EAGAIN: the pipe is full of records, so it is readable, so the loop wakes.
        if (written != -Errno.EAGAIN) {
            Descriptors.checkOwn((int) written, "write", pipe.writeEnd(), WHOSE);
        }
    }

    /** Reads at most a buffer full of records. More records keep the pipe readable. */
    void read(RelayChannel.RecordHandler handler) {
        long read;
        do {
            read = Libc.read(pipe.readEnd(), incoming, incoming.byteSize());
        } while (read == -Errno.EINTR);
        if (read == -Errno.EAGAIN) {
            return;
        }
        Descriptors.checkOwn((int) read, "read", pipe.readEnd(), WHOSE);
        // Records are written whole: a pipe keeps writes of up to PIPE_BUF (4096) bytes together.
        for (long offset = 0; offset + SignalRecord.SIZE <= read; offset += SignalRecord.SIZE) {
            MemorySegment struct = incoming.asSlice(offset, SignalRecord.SIZE);
            handler.record(SignalRecord.signal(struct), SignalRecord.arming(struct));
        }
    }

    void close() {
        try {
            Descriptors.close(pipe, WHOSE);
        } finally {
            memory.close();
        }
    }
}
