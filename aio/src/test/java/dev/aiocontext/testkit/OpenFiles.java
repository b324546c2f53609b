package dev.aiocontext.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Lists the descriptors of this process that are of the library's kinds. Others do not count, because the JVM opens and closes files when it likes. */
public final class OpenFiles {
    private OpenFiles() {}

    /** {@return the open eventfds, timerfds, epoll sets and pipes, by number} */
    public static Map<Integer, String> now() {
        Map<Integer, String> open = new TreeMap<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                String file = target(descriptor);
                if (file.startsWith("anon_inode:") || file.startsWith("pipe:")) {
                    open.put(Integer.parseInt(descriptor.getFileName().toString()), file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open;
    }

    /** {@return what is open now and was not before; a number that was closed and given to another file counts} */
    public static Map<Integer, String> since(Map<Integer, String> before) {
        Map<Integer, String> added = now();
        added.entrySet().removeAll(before.entrySet());
        return added;
    }

    /** Waits until nothing is open that was not before. A thread of the JDK closes the pipes of a child process when it likes. */
    public static void awaitNoneSince(Map<Integer, String> before) {
        try {
            Eventually.holds("nothing stays open", () -> since(before).isEmpty());
        } catch (AssertionError late) {
            throw new AssertionError("left open: " + since(before), late);
        }
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return ""; // by another thread
        }
    }
}
