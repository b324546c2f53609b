package dev.aiocontext.internal.doctor;

import dev.aiocontext.SignalLauncher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Has relay mode PROCESS measured in a JVM of its own, started with SIGIO blocked in every thread. */
final class ProcessTrials {
    /** The time that a child has to start, twice, also on an emulated machine. {@link #PATIENCE_FACTOR} is for the measuring. */
    private static final long START_SECONDS = 120;

    private static final int PATIENCE_FACTOR = 10;

    private ProcessTrials() {}

    /** The results of both trials. */
    record Results(WakeupResult wakeup, InsuranceResult insurance) {}

    /** Says why the mode could not be measured. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }

        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Measures.
     *
     * @param trial how long each of the two trials takes, in nanoseconds
     * @throws FailedException if there is no such JVM to be had, or it failed
     */
    static Results measure(long trial) throws FailedException {
        String output = outputOf(
                command(
                        Long.toString(trial),
                        Long.toString(ProcessHandle.current().pid())),
                START_SECONDS + PATIENCE_FACTOR * TimeUnit.NANOSECONDS.toSeconds(2 * trial));
        return new Results(
                ResultLine.wakeup(output).orElseThrow(() -> new FailedException("the child JVM printed: " + output)),
                ResultLine.insurance(output)
                        .orElseThrow(() -> new FailedException("the child JVM printed: " + output)));
    }

    /** This JVM's own java, and its own class or module path. */
    private static List<String> command(String... args) {
        Module module = ProcessTrials.class.getModule();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (module.isNamed()) {
            command.add("--enable-native-access=" + module.getName() + ",dev.aiocontext.bindings");
            command.add("--module-path=" + System.getProperty("jdk.module.path"));
            command.add("--module=" + module.getName() + "/" + SignalLauncher.class.getName());
        } else {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--class-path=" + System.getProperty("java.class.path"));
            command.add(SignalLauncher.class.getName());
        }
        command.add(ChildTrial.class.getName());
        command.addAll(List.of(args));
        return command;
    }

    private static String outputOf(List<String> command, long limitSeconds) throws FailedException {
        Process child;
        try {
            child = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new FailedException("the child JVM does not start: " + e.getMessage(), e);
        }
        // What it prints fits into the pipes, so it may be read afterwards.
        try {
            if (!child.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                throw new FailedException("the child JVM has not finished within " + limitSeconds + " s");
            }
            String output = read(child.getInputStream());
            if (child.exitValue() != 0) {
                throw new FailedException(
                        "the child JVM ended with status " + child.exitValue() + ": " + read(child.getErrorStream()));
            }
            return output;
        } catch (IOException e) {
            throw new FailedException("cannot read what the child JVM prints: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted", e);
        } finally {
            child.destroyForcibly();
        }
    }

    private static String read(InputStream printed) throws IOException {
        return new String(printed.readAllBytes(), Charset.defaultCharset()).strip();
    }
}
