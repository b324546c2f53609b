package dev.aiocontext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of the threads of this process. */
public final class KernelThreads {
    private KernelThreads() {}

    /** Whether the thread of that name sleeps, in a system call. */
    public static boolean isSleeping(String name) {
        String stat = statOf(name);
        return !stat.isEmpty() && stat.charAt(stat.lastIndexOf(')') + 2) == 'S';
    }

    /** The kernel's number of the thread of that name, which the kernel cuts to 15 characters. */
    public static int tid(String name) {
        String stat = statOf(name);
        return Integer.parseInt(stat.substring(0, stat.indexOf(' ')));
    }

    /** How often the thread of that name has gone to sleep: while it does not wake, this stays the same. */
    public static long sleeps(String name) {
        try {
            return Files.readAllLines(Path.of("/proc/self/task/" + tid(name) + "/status")).stream()
                    .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the newest thread of that name, for the kernel knows one for some time yet that Java has seen ending. */
    private static String statOf(String name) {
        String newest = "";
        int highest = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String stat = stat(task);
                int tid = Integer.parseInt(task.getFileName().toString());
                if (tid > highest && stat.contains("(" + name + ")")) {
                    newest = stat;
                    highest = tid;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return newest;
    }

    private static String stat(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException ended) {
            return ""; // between the directory and the file
        }
    }
}
