package dev.aiocontext.internal.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells whether a thread of this process sleeps, by proc(5)'s {@code stat}. The kernel alone knows whether a loop has really
 * blocked. A thread that was woken counts as running at once, even while it waits for a processor.
 *
 * <p>A look allocates nothing and opens nothing, so it may stand between two measurements. One thread at a time may use a watch.
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
     * @param tid the kernel's number of the thread
     * @throws UncheckedIOException if there is no such thread, or /proc cannot be read
     */
    public SleepWatch(int tid) {
        try {
            stat = FileChannel.open(Path.of("/proc/self/task/" + tid + "/stat"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch thread " + tid, e);
        }
    }

    /**
     * Watches the thread of a name. Of two threads with that name one is ending: the kernel knows it for some time yet when Java
     * has seen it ending. This method waits until one is left.
     *
     * @param name the name of the thread
     * @return a watch on that thread; the caller closes it
     * @throws IllegalStateException if there is no thread of that name
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing else can be done for a thread that is to end
    public static SleepWatch named(String name) {
        List<KernelThread> threads = KernelThread.named(name);
        while (threads.size() > 1) {
            Thread.yield();
            threads = KernelThread.named(name);
        }
        if (threads.isEmpty()) {
            throw new IllegalStateException("there is no thread " + name);
        }
        return new SleepWatch(threads.getFirst().tid());
    }

    /**
     * Looks once.
     *
     * @return true if the thread sleeps now
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

    /** Waits until the thread sleeps, and gives way to it where both share a processor. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing else can be done for a thread that is to block
    public void awaitSleep() {
        while (!isAsleep()) {
            Thread.yield();
        }
    }

    /**
     * Waits until the processor of a thread that has just gone to sleep has halted. Waking a processor that is still on its way
     * into idleness costs less.
     */
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
