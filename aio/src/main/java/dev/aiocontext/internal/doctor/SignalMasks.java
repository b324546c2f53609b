package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads of this process, and which of them leave a signal unblocked. One walk over {@code /proc/self/task} counts
 * both: threads come and go all the time, so the counts of two walks do not fit together.
 *
 * @param threads how many threads there are
 * @param unblocked those of them that leave the signal unblocked
 */
record SignalMasks(int threads, List<Signals.Task> unblocked) {
    SignalMasks {
        unblocked = List.copyOf(unblocked);
    }

    /** Looks at all threads of this process. */
    static SignalMasks examine(int signal) {
        int threads = 0;
        List<Signals.Task> unblocked = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String status = status(task);
                if (!status.isEmpty()) {
                    threads++;
                    if ((Long.parseUnsignedLong(field(status, "SigBlk"), 16) >>> (signal - 1) & 1) == 0) {
                        int tid = Integer.parseInt(task.getFileName().toString());
                        unblocked.add(new Signals.Task(tid, field(status, "Name")));
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException("cannot read /proc/self/task", e.getCause());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self/task", e);
        }
        return new SignalMasks(threads, unblocked);
    }

    /** What proc(5) says of a thread; empty if the thread has ended. */
    private static String status(Path task) throws IOException {
        try {
            // A name is cut after 15 bytes, be that in the middle of a character.
            return Files.readString(task.resolve("status"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (Files.exists(task)) {
                throw e;
            }
            return ""; // the thread ended between open(2) and read(2)
        }
    }

    private static String field(String status, String name) throws IOException {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " in /proc/self/task/*/status"));
    }
}
