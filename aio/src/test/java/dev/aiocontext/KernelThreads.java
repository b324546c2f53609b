package dev.aiocontext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of the threads of this process. */
final class KernelThreads {
    private KernelThreads() {}

    /** Whether the thread of that name sleeps, in a system call. */
    static boolean isSleeping(String name) {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String stat = stat(task);
                int end = stat.lastIndexOf(')');
                if (end > 0 && stat.substring(stat.indexOf('(') + 1, end).equals(name)) {
                    return stat.charAt(end + 2) == 'S';
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return false;
    }

    private static String stat(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException ended) {
            return ""; // between the directory and the file
        }
    }
}
