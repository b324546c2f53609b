package dev.aiocontext.internal.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out whether this JVM was given code that runs before the program: an agent, or JMX's.
 *
 * <p>The options alone do not tell, because they also come from variables and files. An agent is a library in memory that has
 * an {@code Agent_OnLoad}; the JDK's own for JDWP and for {@code -javaagent} are such libraries.
 */
final class Agents {
    private static final String ENTRY = "Agent_OnLoad";
    private static final String OF_JMX = "com.sun.management.";

    private Agents() {}

    /**
     * Looks for agents and for JMX.
     *
     * @return true if there is one
     * @throws IOException if /proc, or a library, cannot be read
     */
    static boolean present() throws IOException {
        if (System.getProperties().stringPropertyNames().stream().anyMatch(name -> name.startsWith(OF_JMX))) {
            return true;
        }
        for (Path library : libraries()) {
            if (Files.isReadable(library)
                    && Files.readString(library, StandardCharsets.ISO_8859_1).contains(ENTRY)) {
                return true;
            }
        }
        return false;
    }

    /** Lists the libraries in memory, without the JVM's own, which names the entry because it calls it. */
    private static Set<Path> libraries() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.contains(".so") && line.contains("/") && !line.endsWith("/libjvm.so"))
                .map(line -> OwnDescriptors.path(line.substring(line.indexOf('/'))))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }
}
