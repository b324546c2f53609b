package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.sigset_t;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Signal masks, and which threads of the process leave one unblocked. Any thread. */
public final class Signals {
    /** The signal of the relay. */
    public static final int SIGIO = linux_h.SIGIO();

    private static final NativeFunction PTHREAD_SIGMASK =
            NativeFunction.plain("pthread_sigmask", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final NativeFunction SIGEMPTYSET =
            NativeFunction.plain("sigemptyset", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final NativeFunction SIGADDSET =
            NativeFunction.plain("sigaddset", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    /** Those that the generated bindings describe too. */
    static final List<NativeFunction> FUNCTIONS = List.of(PTHREAD_SIGMASK, SIGEMPTYSET, SIGADDSET);

    private Signals() {}

    /**
     * A thread of this process.
     *
     * @param tid the kernel's number of it
     * @param name its name, cut to 15 characters
     */
    public record Task(int tid, String name) {
        @Override
        public String toString() {
            return name + " (tid " + tid + ")";
        }
    }

    /**
     * A set of one signal.
     *
     * @param signal the signal
     * @param arena what the set lives in
     * @return a sigset_t
     */
    public static MemorySegment setOf(int signal, Arena arena) {
        MemorySegment set = arena.allocate(sigset_t.layout());
        try {
            boolean valid = (int) SIGEMPTYSET.handle().invokeExact(set) == 0
                    && (int) SIGADDSET.handle().invokeExact(set, signal) == 0;
            if (!valid) {
                throw new IllegalArgumentException("not a signal: " + signal);
            }
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
        return set;
    }

    /**
     * Blocks a signal in the calling thread; threads it starts from now on inherit that.
     *
     * @param signal the signal
     */
    public static void block(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            int error = (int)
                    PTHREAD_SIGMASK.handle().invokeExact(linux_h.SIG_BLOCK(), setOf(signal, arena), MemorySegment.NULL);
            Errno.check(-error, "pthread_sigmask", -1);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }

    /**
     * The threads of this process that would take a signal sent to the process: those that do not block it.
     *
     * @param signal the signal
     * @return the threads, in the kernel's order
     */
    public static List<Task> tasksLeavingUnblocked(int signal) {
        List<Task> unblocked = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                addIfUnblocked(task, signal, unblocked);
            }
        } catch (DirectoryIteratorException e) {
            throw cannotRead(Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw cannotRead(e);
        }
        return unblocked;
    }

    private static UncheckedIOException cannotRead(IOException e) {
        return new UncheckedIOException("cannot read the signal masks in /proc/self/task: " + e.getMessage(), e);
    }

    /**
     * Says whether the calling thread blocks a signal.
     *
     * @param signal the signal
     * @return true if it does
     */
    public static boolean blockedHere(int signal) {
        List<Task> unblocked = new ArrayList<>();
        try {
            addIfUnblocked(Path.of("/proc/thread-self"), signal, unblocked);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the signal mask in /proc/thread-self", e);
        }
        return unblocked.isEmpty();
    }

    private static void addIfUnblocked(Path task, int signal, List<Task> unblocked) throws IOException {
        String name = "?";
        int tid = 0;
        List<String> lines;
        try {
            // A name is cut after 15 bytes, be that in the middle of a character.
            lines = Files.readAllLines(task.resolve("status"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return; // the thread has ended since the directory was read
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return; // ended between open(2) and read(2)
            }
            throw e;
        }
        for (String line : lines) {
            String value = line.substring(line.indexOf(':') + 1).trim();
            if (line.startsWith("Name:")) {
                name = value;
            } else if (line.startsWith("Pid:")) {
                tid = Integer.parseInt(value);
            } else if (line.startsWith("SigBlk:")) {
                if ((Long.parseUnsignedLong(value, 16) >>> (signal - 1) & 1) == 0) {
                    unblocked.add(new Task(tid, name));
                }
                return;
            }
        }
    }
}
