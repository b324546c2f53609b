package dev.aiocontext.jmh.machine;

import dev.aiocontext.internal.doctor.SleepWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The threads of this process as the kernel knows them: it alone can say that a loop has really blocked. */
public final class KernelThreads {
    private static final int NAME_LENGTH = 15;

    private KernelThreads() {}

    /**
     * Watches the thread of a name; of several the newest, for the kernel knows one for some time yet that Java has seen
     * ending. One with that name must be there.
     *
     * @param name its name; the kernel knows 15 characters of it
     * @return the watch
     */
    public static SleepWatch watch(String name) {
        String known = name.substring(0, Math.min(name.length(), NAME_LENGTH));
        int newest = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                int tid = Integer.parseInt(task.getFileName().toString());
                if (tid > newest && nameOf(task).equals(known)) {
                    newest = tid;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (newest == 0) {
            throw new IllegalStateException("there is no thread " + name);
        }
        return new SleepWatch(newest);
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }

    /**
     * Waits until a thread sleeps, giving way to it where it shares the processor.
     *
     * @param thread which
     */
    @SuppressWarnings("ThreadPriorityCheck") // to yield is all one can do for a thread that is to block
    public static void awaitSleep(SleepWatch thread) {
        while (!thread.isAsleep()) {
            Thread.yield();
        }
    }
}
