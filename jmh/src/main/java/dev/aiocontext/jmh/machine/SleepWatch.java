package dev.aiocontext.jmh.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Asks the kernel whether a thread of this process sleeps, by proc(5)'s {@code stat}: nobody else knows that a loop has
 * really blocked. One thread only.
 */
public final class SleepWatch implements AutoCloseable {
    /** Enough for the number, the name of at most 15 characters, and the state. */
    private static final int START_OF_LINE = 64;

    private static final int NAME_LENGTH = 15;

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
     * Watches the thread of a name. One with that name must be there.
     *
     * @param name its name; the kernel knows 15 characters of it
     * @return the watch
     */
    public static SleepWatch of(String name) {
        String known = name.substring(0, Math.min(name.length(), NAME_LENGTH));
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (nameOf(task).equals(known)) {
                    return new SleepWatch(Integer.parseInt(task.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("there is no thread " + name);
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }

    /** Waits until it sleeps, giving way to it where it shares the processor. */
    @SuppressWarnings("ThreadPriorityCheck") // to yield is all one can do for a thread that is to block
    public void awaitSleep() {
        while (!isAsleep()) {
            Thread.yield();
        }
    }

    private boolean isAsleep() {
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

    @Override
    public void close() {
        try {
            stat.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
