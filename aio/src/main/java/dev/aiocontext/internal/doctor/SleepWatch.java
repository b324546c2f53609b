package dev.aiocontext.internal.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Asks the kernel whether a thread of this process sleeps, by proc(5)'s {@code stat}: the only one who knows that a loop
 * has really blocked. A thread that was woken counts as running at once, even while it waits for a processor. One thread
 * only.
 */
public final class SleepWatch implements AutoCloseable {
    /** For how long a processor may be on its way into idleness, where waking it takes no interrupt. */
    private static final long HALT_NANOS = 20_000;

    /** Enough for the number, the name of at most 15 characters, and the state. */
    private static final int START_OF_LINE = 64;

    private final FileChannel stat;
    private final ByteBuffer line = ByteBuffer.allocateDirect(START_OF_LINE);

    /**
     * Watches a thread.
     *
     * @param tid the kernel's number of it
     */
    public SleepWatch(int tid) {
        try {
            stat = FileChannel.open(Path.of("/proc/self/task/" + tid + "/stat"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch thread " + tid, e);
        }
    }

    /**
     * Looks now.
     *
     * @return true if the thread sleeps
     */
    public boolean isAsleep() {
        line.clear();
        try {
            stat.read(line, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch a thread", e);
        }
        int parenthesis = line.position() - 1;
        while (parenthesis >= 0 && line.get(parenthesis) != ')') {
            parenthesis--;
        }
        return parenthesis >= 0 && parenthesis + 2 < line.position() && line.get(parenthesis + 2) == 'S';
    }

    /** Gives the processor of a thread that has just gone to sleep the time to halt: waking it costs what it costs from then on. */
    public static void awaitHalt() {
        long began = System.nanoTime();
        while (System.nanoTime() - began < HALT_NANOS) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        try {
            stat.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
