package dev.aiocontext.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.posix.Libc;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes system calls of chosen threads of this JVM fail, or stall, for real. It attaches strace(1) to those threads alone, so
 * that the JVM's own calls stay as they are.
 */
public final class Strace implements AutoCloseable {
    /** The option that restricts strace to eventfds, because only the library has these: the JVM's reads and writes are left alone. */
    public static final String EVENTFD = "--trace-path=anon_inode:[eventfd]";

    private static final int PR_SET_PTRACER = 0x59616d61;
    private static final long PR_SET_PTRACER_ANY = -1;
    private static final String OBSTACLE = obstacle();

    private final Process process;
    private final Path log;

    private Strace(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Where there is no strace or no ptrace(2), the test is skipped, and says why; on CI it fails. */
    public static void assumeItWorks() {
        if (System.getenv("CI") != null) {
            assertThat(OBSTACLE).as("what keeps strace from working").isEmpty();
        }
        assumeThat(OBSTACLE).as("what keeps strace from working").isEmpty();
    }

    private static String obstacle() {
        try {
            allowTracing();
            Path log = Files.createTempFile("strace", ".log");
            attach(log, List.of(Libc.gettid()), "getpid:error=EPERM").close();
            Files.delete(log);
            return "";
        } catch (IOException | AssertionError e) {
            System.err.println("no faults are injected into system calls: " + e.getMessage());
            return String.valueOf(e.getMessage());
        }
    }

    /** Yama, where it is in force, lets nobody trace but a parent, or who was named like this. */
    @SuppressWarnings("restricted")
    private static void allowTracing() {
        Linker linker = Linker.nativeLinker();
        try {
            int ignored = (int) linker.downcallHandle(
                            linker.defaultLookup().find("prctl").orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                            Linker.Option.firstVariadicArg(1))
                    .invokeExact(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Attaches to threads; returns when it has. What they call from then on is traced. A call that is under way may end by
     * itself, untraced, before the kernel begins it anew, traced: see {@link #awaitCall}.
     *
     * @param options what to inject, as {@code CALLS:WHAT} of strace's {@code --inject}, and other options
     */
    public static Strace attach(Path log, List<Integer> tids, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("strace", "-o", log.toString()));
        List<String> calls = new ArrayList<>();
        for (String option : options) {
            if (option.startsWith("-")) {
                command.add(option);
            } else {
                command.add("--inject=" + option);
                calls.add(option.substring(0, option.indexOf(':')));
            }
        }
        command.add("--trace=" + String.join(",", calls));
        tids.forEach(tid -> command.add("--attach=" + tid));
        // Without a pipe to its input: the JDK may be closing that one when close() returns, in a thread of its own.
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        BufferedReader said = process.inputReader();
        for (int attached = 0; attached < tids.size(); attached++) {
            // No thread reads, as one does in ChildProcess: what is attached by now may keep a thread from being
            // started.
            Eventually.holds("strace says something", () -> isReady(said) || !process.isAlive());
            String line = said.readLine();
            if (line == null || !line.endsWith(" attached")) {
                process.destroy();
                throw new AssertionError("strace says: " + line);
            }
        }
        return new Strace(process, log);
    }

    private static boolean isReady(BufferedReader said) {
        try {
            return said.ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a call is traced, from its beginning. */
    public void awaitCall(String call) {
        Eventually.holds(call + " is traced", () -> lines().anyMatch(line -> line.startsWith(call + "(")));
    }

    /** {@return the lines of the calls that strace has made fail} */
    public List<String> injected() {
        return lines().filter(line -> line.contains("(INJECTED)")).toList();
    }

    private Stream<String> lines() {
        try {
            return Files.readAllLines(log).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Detaches. A call that it holds up goes on; one that it is about to make fail fails with ENOSYS: so inject a certain
     * number of faults, and wait until that many are. Leaves no pipe open, which a test may count.
     */
    @Override
    public void close() {
        process.destroy();
        // No thread waits, as one does in ChildProcess: until strace has let go, it may keep a thread from being
        // started.
        Eventually.holds("strace has ended", () -> !process.isAlive());
        try {
            process.getInputStream().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
