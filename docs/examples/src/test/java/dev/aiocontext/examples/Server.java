package dev.aiocontext.examples;

import dev.aiocontext.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A process that a test needs. It ends with the test, and with the JVM whatever ends that. */
final class Server implements AutoCloseable {
    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();

    private Server(Process process) {
        this.process = process;
    }

    /**
     * Starts a server.
     *
     * @param user under whose name it runs, or empty for that of the tests
     * @param directory where it runs
     * @param ready what a line of its output contains when it is ready
     * @param command the program and its arguments
     */
    static Server start(String user, Path directory, String ready, List<String> command) {
        Server server = new Server(process(user, directory, command));
        BufferedReader lines = server.process.inputReader(StandardCharsets.UTF_8);
        ChildProcess.within(ChildProcess.LIMIT, server.process, () -> server.read(lines, ready), server::output);
        Thread.ofPlatform().daemon().name("output of " + command.getFirst()).start(() -> server.readOn(lines));
        return server;
    }

    /** Runs a command to its end, which must be a good one. */
    static void run(String user, Path directory, List<String> command) {
        Server server = new Server(process(user, directory, command));
        BufferedReader lines = server.process.inputReader(StandardCharsets.UTF_8);
        int status = ChildProcess.within(
                ChildProcess.LIMIT,
                server.process,
                () -> {
                    lines.lines().forEach(server.output::add);
                    return server.process.waitFor();
                },
                server::output);
        if (status != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + status + ":\n" + server.output());
        }
    }

    private static Process process(String user, Path directory, List<String> command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (!user.isEmpty()) {
            all.addAll(List.of("--reuid", user, "--regid", user, "--clear-groups"));
        }
        all.addAll(command);
        try {
            return new ProcessBuilder(all)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(BufferedReader lines, String ready) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            output.add(line);
            if (line.contains(ready)) {
                return line;
            }
        }
        throw new IOException("it has ended before it was ready:\n" + output());
    }

    private void readOn(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException e) {
            output.add(e.toString()); // it was ended
        }
    }

    String output() {
        return output.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    @Override
    public void close() {
        process.destroy();
        ChildProcess.end(process, this::output);
    }
}
