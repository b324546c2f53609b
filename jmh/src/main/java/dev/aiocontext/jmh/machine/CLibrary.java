package dev.aiocontext.jmh.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The C baseline and the JNI functions, one shared library, compiled by gcc from the sources in {@code src/main/c}. Where
 * there is no gcc there is no baseline; {@link #problem} says so.
 */
public final class CLibrary {
    /** The system property that names a library which is compiled already, for the forks of a run. */
    public static final String PROPERTY = "dev.aiocontext.jmh.clibrary";

    private static final List<String> SOURCES =
            List.of("awake.c", "calls.c", "descriptors.c", "jni.c", "relay_chain.c", "round_trip.c", "timers.c");
    private static final List<String> HEADERS = List.of("baseline.h");

    private CLibrary() {}

    /** The library of this JVM, or why there is none. */
    private record Compiled(Path path, String problem) {
        private static final Compiled INSTANCE = compileOnce();

        private static Compiled compileOnce() {
            String given = System.getProperty(PROPERTY);
            if (given != null) {
                return new Compiled(Path.of(given), "");
            }
            try {
                return new Compiled(compile(Files.createTempDirectory("aiocontext-jmh")), "");
            } catch (IOException e) {
                return new Compiled(Path.of(""), String.valueOf(e.getMessage()));
            }
        }
    }

    /** The functions, found once the library is there. */
    private static final class Loaded {
        @SuppressWarnings("restricted")
        private static final SymbolLookup LOOKUP = SymbolLookup.libraryLookup(path(), Arena.global());
    }

    /**
     * Says why there is no library.
     *
     * @return the reason; empty if there is one
     */
    public static String problem() {
        return Compiled.INSTANCE.problem();
    }

    /**
     * Where the library is.
     *
     * @return its file
     * @throws IllegalStateException if it could not be compiled
     */
    public static Path path() {
        if (!problem().isEmpty()) {
            throw new IllegalStateException("there is no C baseline: " + problem());
        }
        return Compiled.INSTANCE.path();
    }

    /**
     * A function of the library.
     *
     * @param name its name
     * @param descriptor its types
     * @return the handle to call it
     */
    @SuppressWarnings("restricted")
    public static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Loaded.LOOKUP.find(name).orElseThrow(() -> new IllegalStateException(name)), descriptor);
    }

    /**
     * Compiles the library.
     *
     * @param directory where to, made if it is not there
     * @return the library
     * @throws IOException if there is no gcc, or it refuses; the message says what it said
     */
    public static Path compile(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String header : HEADERS) {
            extract(header, directory);
        }
        Path library = directory.resolve("libbaseline.so");
        Path jni = Path.of(System.getProperty("java.home"), "include");
        List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of("-pthread", "-fPIC", "-shared", "-I", jni.toString(), "-I", jni + "/linux"));
        command.addAll(List.of("-o", library.toString()));
        for (String source : SOURCES) {
            command.add(extract(source, directory).toString());
        }
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (gcc.waitFor() != 0) {
                throw new IOException("gcc refuses: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while gcc compiles", e);
        }
        return library;
    }

    private static Path extract(String name, Path directory) {
        Path file = directory.resolve(name);
        try (InputStream source = CLibrary.class.getResourceAsStream("/c/" + name)) {
            if (source == null) {
                throw new IllegalStateException("/c/" + name + " is not on the class path");
            }
            Files.write(file, source.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
