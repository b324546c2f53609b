package dev.aiocontext.jmh.startup;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Times whole processes of the programs. The first run of a program warms the page cache and does not count; one that is to have an
 * AOT cache makes it before. One thread's.
 *
 * <p>Each program has on its class path what it needs and nothing else: java.nio looks for a provider in every jar, and with the
 * report's class path a {@code Selector} takes three times as long. The JDK makes an AOT cache only of jars, so directories
 * are packed first.
 */
public final class Processes implements AutoCloseable {
    private static final int FIRST_WITH_ONE_STEP_CACHE = 25;

    private final Path directory = Files.createTempDirectory("first-open");
    private final Set<String> prepared = new HashSet<>();
    private final Map<Path, Path> packed = new HashMap<>();

    /**
     * Has a place for its files.
     *
     * @throws IOException if it cannot be made
     */
    public Processes() throws IOException {}

    /**
     * Says whether this JDK makes AOT caches in one step.
     *
     * @return whether it does: JDK 25 and later
     */
    public static boolean canCache() {
        return Runtime.version().feature() >= FIRST_WITH_ONE_STEP_CACHE;
    }

    /**
     * Runs what is to be run before a process can be timed. Does nothing a second time.
     *
     * @param program which program
     * @param cached whether with an AOT cache
     * @throws IOException if a process cannot be started
     */
    public void prepare(Program program, boolean cached) throws IOException {
        if (prepared.add(program + " " + cached)) {
            if (cached) {
                run(command(program, "-XX:AOTCacheOutput=" + cache(program)));
            }
            nanos(program, cached);
        }
    }

    /**
     * Runs a process to its end.
     *
     * @param program which program
     * @param cached whether with its AOT cache, which was prepared
     * @return the nanoseconds that it took
     * @throws IOException if it cannot be started
     */
    public double nanos(Program program, boolean cached) throws IOException {
        return run(cached ? command(program, "-XX:AOTCache=" + cache(program)) : command(program));
    }

    private Path cache(Program program) {
        return directory.resolve(program + ".aot");
    }

    private List<String> command(Program program, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", classPath(program), program.main().getName()));
        return command;
    }

    private String classPath(Program program) throws IOException {
        SequencedSet<Path> entries = new LinkedHashSet<>();
        entries.add(origin(program.main()));
        program.needs().forEach(needed -> entries.add(origin(needed)));
        if (!program.jars().isEmpty()) {
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                    .map(Path::of)
                    .filter(entry -> String.valueOf(entry.getFileName()).startsWith(program.jars()))
                    .forEach(entries::add);
        }
        List<String> jars = new ArrayList<>();
        for (Path entry : entries) {
            jars.add((Files.isDirectory(entry) ? packed(entry) : entry).toString());
        }
        return String.join(File.pathSeparator, jars);
    }

    private static Path origin(Class<?> known) {
        try {
            return Path.of(
                    known.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path packed(Path classes) {
        Path jar = packed.computeIfAbsent(classes, key -> directory.resolve("classes-" + packed.size() + ".jar"));
        if (!Files.exists(jar)) {
            int status = ToolProvider.findFirst("jar")
                    .orElseThrow(() -> new IllegalStateException("this Java has no jar tool"))
                    .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
            if (status != 0) {
                throw new IllegalStateException("cannot pack " + classes);
            }
        }
        return jar;
    }

    private static double run(List<String> command) throws IOException {
        Path output = Files.createTempFile("first-open", ".txt");
        try {
            long began = System.nanoTime();
            int status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            double took = System.nanoTime() - began;
            if (status != 0) {
                throw new IllegalStateException(command + " ended with " + status + ": " + Files.readString(output));
            }
            return took;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a program runs", e);
        } finally {
            Files.delete(output);
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
