package dev.aiocontext.jmh.machine;

import dev.aiocontext.internal.doctor.SleepWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The threads of this process as the kernel knows them: it alone can say that a loop has really blocked. */
public final class KernelThreads {
    private static final int NAME_LENGTH = 15;

    private KernelThreads() {}

    /**
     * Watches the thread of a name. One with that name must be there. Of two one is about to be gone, for the kernel knows it
     * for some time yet when Java has seen it ending: waits until it is.
     *
     * @param name its name; the kernel knows 15 characters of it
     * @return the watch
     */
    @SuppressWarnings("ThreadPriorityCheck") // to yield is all one can do for a thread that is to end
    public static SleepWatch watch(String name) {
        String known = name.substring(0, Math.min(name.length(), NAME_LENGTH));
        List<Integer> tids = named(known);
        while (tids.size() > 1) {
            Thread.yield();
            tids = named(known);
        }
        if (tids.isEmpty()) {
            throw new IllegalStateException("there is no thread " + name);
        }
        return new SleepWatch(tids.getFirst());
    }

    private static List<Integer> named(String known) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> nameOf(task).equals(known))
                    .map(task -> Integer.valueOf(task.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
