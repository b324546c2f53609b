package dev.aiocontext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of the threads of this process. */
public final class KernelThreads {
    private static final Path TASKS = Path.of("/proc/self/task");

    private KernelThreads() {}

    /** Whether a thread sleeps, in a system call. */
    public static boolean isSleeping(int tid) {
        return isAsleep(stat(TASKS.resolve(Integer.toString(tid))));
    }

    /** Whether the one thread of that name sleeps, in a system call. */
    public static boolean isSleeping(String name) {
        List<String> stats = statsOf(name);
        return stats.size() == 1 && isAsleep(stats.getFirst());
    }

    private static boolean isAsleep(String stat) {
        return !stat.isEmpty() && stat.charAt(stat.lastIndexOf(')') + 2) == 'S';
    }

    /**
     * The kernel's number of the one thread of that name, which the kernel cuts to 15 characters. The kernel knows one for
     * some time yet that Java has seen ending: waits until it is gone, for of two the newer cannot be told.
     */
    public static int tid(String name) {
        Eventually.holds("there is one thread " + name, () -> statsOf(name).size() == 1);
        String stat = statsOf(name).getFirst();
        return Integer.parseInt(stat.substring(0, stat.indexOf(' ')));
    }

    /** How often the thread of that name has gone to sleep: while it does not wake, this stays the same. */
    public static long sleeps(String name) {
        try {
            return Files.readAllLines(TASKS.resolve(tid(name) + "/status")).stream()
                    .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> statsOf(String name) {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.map(KernelThreads::stat)
                    .filter(stat -> stat.contains("(" + name + ")"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String stat(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException ended) {
            return ""; // between the directory and the file
        }
    }
}
