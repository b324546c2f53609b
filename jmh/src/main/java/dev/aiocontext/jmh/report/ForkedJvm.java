package dev.aiocontext.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A JVM with SIGIO blocked in all of its threads, as a command: the relay's mode PROCESS needs that, and JMH forks are
 * started by {@link ProcessBuilder}, which does not hand the signal mask down.
 */
final class ForkedJvm {
    private ForkedJvm() {}

    /**
     * Writes the command.
     *
     * @param directory where to
     * @return the command; empty where env(1) is too old for it
     */
    static Optional<Path> withSigioBlocked(Path directory) throws IOException {
        if (Machine.output("env", "--block-signal=SIGIO", "echo", "yes").isEmpty()) {
            return Optional.empty();
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path command = directory.resolve("java-without-sigio");
        Files.writeString(command, "#!/bin/sh\nexec env --block-signal=SIGIO '" + java + "' \"$@\"\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Optional.of(command);
    }
}
