package dev.aiocontext.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Waits for a process that a test has started, and never for ever. A process that is late fails the test, which then tells its
 * output and what it and its descendants were at, with the threads of JVMs. It kills them all.
 */
public final class ChildProcess {
    /** Longer than any child takes anywhere. */
    public static final Duration LIMIT = Eventually.LIMIT.multipliedBy(5);

    /** The time that a JVM has to tell its threads. */
    private static final long DUMP_SECONDS = 60;

    /** A signal that is ignored or blocked is not heard, and may be what the process waits for. */
    private static final Set<String> TOLD = Set.of("State", "SigBlk", "SigIgn");

    private ChildProcess() {}

    /**
     * Waits for its end.
     *
     * @param output what it has printed by now, for a failure to tell
     * @return its exit status
     */
    public static int end(Process process, Supplier<String> output) {
        return within(LIMIT, process, process::waitFor, output);
    }

    /**
     * Waits for something of a process in a thread of its own, because a read from a pipe cannot be interrupted.
     *
     * @param wait does the waiting
     * @param output what the process has printed by now, for a failure to tell
     */
    public static <T> T within(Duration limit, Process process, Callable<T> wait, Supplier<String> output) {
        FutureTask<T> waiting = new FutureTask<>(wait);
        Thread.ofPlatform().daemon().name("waits for process " + process.pid()).start(waiting);
        try {
            return waiting.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            String found = examineAndKill(process);
            throw new AssertionError("not within " + limit + ":\n" + found + "It had printed:\n" + output.get(), late);
        } catch (ExecutionException e) {
            throw new AssertionError("cannot wait for process " + process.pid(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for process " + process.pid(), e);
        }
    }

    private static String examineAndKill(Process process) {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        try {
            return all.stream().map(ChildProcess::state).collect(Collectors.joining());
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static String state(ProcessHandle process) {
        String command = process.info().command().orElse("");
        return "process " + process.pid() + ", " + process.info().commandLine().orElse(command) + "\n" + status(process)
                + (command.endsWith("/java") ? threads(process) : "");
    }

    private static String status(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> TOLD.contains(line.substring(0, Math.max(0, line.indexOf(':')))))
                    .map(line -> "    " + line + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            return "    has ended: " + e.getMessage() + "\n";
        }
    }

    private static String threads(ProcessHandle jvm) {
        try {
            Path dump = Files.createTempFile("threads", ".txt");
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            Process asking = new ProcessBuilder(jcmd, Long.toString(jvm.pid()), "Thread.print")
                    .redirectErrorStream(true)
                    .redirectOutput(dump.toFile())
                    .start();
            boolean told = asking.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
            asking.destroyForcibly();
            String threads = Files.readString(dump, StandardCharsets.UTF_8);
            Files.delete(dump);
            return told ? threads : "    does not tell its threads\n" + threads;
        } catch (IOException e) {
            return "    cannot tell its threads: " + e.getMessage() + "\n";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "    interrupted while it tells its threads\n";
        }
    }
}
