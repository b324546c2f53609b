package dev.aiocontext.internal.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A thread of this process as the kernel knew it at one moment, by one reading of proc(5)'s {@code status}. No other class reads
 * what /proc says of the threads, except {@link SleepWatch}, which looks at one thread again and again. Any thread; an object
 * does not change.
 *
 * <p>Threads start and end while the others are read. A thread that ends meanwhile is left out.
 *
 * @param tid the kernel's number of the thread
 * @param name the name of the thread, cut to 15 bytes
 * @param status the lines of {@code status}: what stands before the colon, and what stands behind it
 */
public record KernelThread(int tid, String name, Map<String, String> status) {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final Path CURRENT = Path.of("/proc/thread-self");
    private static final int NAME_LENGTH = 15;

    /**
     * Makes a thread of what was read.
     *
     * @param tid the kernel's number of the thread
     * @param name the name of the thread
     * @param status the lines of {@code status}
     */
    public KernelThread {
        status = Map.copyOf(status);
    }

    /**
     * Reads all threads of this process.
     *
     * @return the threads, in the kernel's order; the caller's to change
     * @throws UncheckedIOException if /proc cannot be read
     */
    public static List<KernelThread> all() {
        List<KernelThread> threads = new ArrayList<>();
        for (String status : ofEach("status")) {
            alive(status).ifPresent(threads::add);
        }
        return threads;
    }

    /**
     * Reads the threads of one name. The kernel knows a thread that ends for some time yet when Java has seen it ending.
     *
     * @param name the name, of which the first 15 bytes count
     * @return the threads; the caller's to change
     * @throws UncheckedIOException if /proc cannot be read
     */
    public static List<KernelThread> named(String name) {
        String known = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String cut = known.substring(0, Math.min(known.length(), NAME_LENGTH));
        List<KernelThread> threads = all();
        threads.removeIf(thread -> !thread.name.equals(cut));
        return threads;
    }

    /**
     * Reads the thread of a number.
     *
     * @param tid the kernel's number of the thread
     * @return the thread; empty if this process has none of that number
     * @throws UncheckedIOException if /proc cannot be read
     */
    public static Optional<KernelThread> find(int tid) {
        Path task = TASKS.resolve(Integer.toString(tid));
        try {
            return read(task, "status").flatMap(KernelThread::alive);
        } catch (IOException e) {
            throw cannotRead(task, e);
        }
    }

    /**
     * Reads the calling thread.
     *
     * @return the thread that calls this
     * @throws UncheckedIOException if /proc cannot be read
     */
    public static KernelThread current() {
        try {
            return parse(read(CURRENT, "status").orElseThrow(() -> new NoSuchFileException(CURRENT.toString())));
        } catch (IOException e) {
            throw cannotRead(CURRENT, e);
        }
    }

    /**
     * Reads the system calls that the threads of this process are in.
     *
     * @return for each thread the number of the call and its arguments, or {@code running}; nothing where a sandbox forbids to look
     * @throws UncheckedIOException if /proc cannot be read
     */
    static List<String> systemCalls() {
        try {
            return ofEach("syscall");
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof AccessDeniedException) {
                return List.of();
            }
            throw e;
        }
    }

    /**
     * Says whether the thread blocks a signal.
     *
     * @param signal the signal
     * @return true if it does; false while it waits for that signal in sigwait
     */
    public boolean blocks(int signal) {
        return contains("SigBlk", signal);
    }

    /**
     * Says whether the process has a handler for a signal.
     *
     * @param signal the signal
     * @return true if it has
     */
    public boolean catches(int signal) {
        return contains("SigCgt", signal);
    }

    /**
     * Says whether the process ignores a signal.
     *
     * @param signal the signal
     * @return true if it does
     */
    public boolean ignores(int signal) {
        return contains("SigIgn", signal);
    }

    private boolean contains(String set, int signal) {
        return (Long.parseUnsignedLong(field(set), 16) >>> (signal - 1) & 1) != 0;
    }

    /**
     * {@return the signals that were sent to this thread alone and that it has not taken yet, one bit each, signal 1 being the
     * lowest}
     */
    public long pendingSignals() {
        return Long.parseUnsignedLong(field("SigPnd"), 16);
    }

    /** {@return true if the thread sleeps in a system call, and false if it runs, or waits for a processor} */
    public boolean isAsleep() {
        return field("State").startsWith("S");
    }

    /** {@return how often the thread has gone to sleep; while it does not wake, this stays the same} */
    public long sleeps() {
        return Long.parseLong(field("voluntary_ctxt_switches"));
    }

    /** {@return the processors that the thread may use, such as 3, or 0-3,8} */
    public String processors() {
        return field("Cpus_allowed_list");
    }

    @Override
    public String toString() {
        return name + " (tid " + tid + ")";
    }

    private String field(String key) {
        String value = status.get(key);
        if (value == null) {
            throw cannotRead(TASKS, new IOException("no " + key + " in the status of " + this));
        }
        return value;
    }

    /**
     * Reads a thread, unless it has ended. The kernel tells of a thread that ends while its status is read that it blocks no signal, and
     * that its process has no threads.
     */
    static Optional<KernelThread> alive(String status) {
        KernelThread thread = parse(status);
        return "0".equals(thread.status.get("Threads")) ? Optional.empty() : Optional.of(thread);
    }

    private static KernelThread parse(String text) {
        Map<String, String> status = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                status.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return new KernelThread(
                Integer.parseInt(Objects.requireNonNull(status.get("Pid"), "Pid")),
                status.getOrDefault("Name", "?"),
                status);
    }

    private static List<String> ofEach(String file) {
        List<String> texts = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                read(task, file).ifPresent(texts::add);
            }
        } catch (DirectoryIteratorException e) {
            throw cannotRead(TASKS, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw cannotRead(TASKS, e);
        }
        return texts;
    }

    /** Reads a file of a thread; empty if the thread has ended. */
    private static Optional<String> read(Path task, String file) throws IOException {
        try {
            // The kernel cuts a name after 15 bytes, which may be in the middle of a character.
            return Optional.of(Files.readString(task.resolve(file), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException ended) {
            return Optional.empty();
        } catch (IOException e) {
            if (Files.exists(task)) {
                throw e;
            }
            return Optional.empty(); // the thread ended between open(2) and read(2)
        }
    }

    private static UncheckedIOException cannotRead(Path what, IOException e) {
        return new UncheckedIOException("cannot read the threads in " + what + ": " + e.getMessage(), e);
    }
}
