package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Starts another JVM, for what a test cannot do to the one it runs in. */
public final class ChildJvm {
    private final Path home;
    private final List<String> prefix = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();

    /** The end of the JVM: its exit status, and its output, standard error included. */
    public record Result(int exit, String output) {}

    private ChildJvm(Path home) {
        this.home = home;
    }

    private ChildJvm() {
        this(Path.of(System.getProperty("java.home")));
    }

    /** A JVM with the class path and native access of this one. */
    public static ChildJvm onClassPath() {
        return new ChildJvm()
                .option("-cp", System.getProperty("java.class.path"))
                .option("--enable-native-access=ALL-UNNAMED");
    }

    /** A JVM with the library on the module path, and the tests on the class path. */
    public static ChildJvm onModulePath() {
        return new ChildJvm()
                .option("-p", modulePath())
                .option("--add-modules", "dev.aiocontext")
                .option("--enable-native-access=dev.aiocontext,dev.aiocontext.bindings");
    }

    /** A JVM with neither path nor native access. */
    public static ChildJvm bare() {
        return new ChildJvm();
    }

    /** A JVM of another run-time image, with neither path nor native access. */
    public static ChildJvm of(Path home) {
        return new ChildJvm(home);
    }

    /** Where the library and its bindings are. */
    public static String modulePath() {
        return codeSource(AioContext.class)
                + File.pathSeparator
                + codeSource(dev.aiocontext.bindings.linux.linux_h.class);
    }

    /** Where a class was loaded from. */
    public static String codeSource(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }

    /** Adds options of java, before the main class. */
    public ChildJvm option(String... option) {
        options.addAll(Arrays.asList(option));
        return this;
    }

    /**
     * Denies native access to all modules that no option grants it to. Before JDK 24, naming one module denies the others; since
     * then it takes an option of its own.
     */
    public ChildJvm othersAreDeniedNativeAccess() {
        return Runtime.version().feature() >= 24 ? option("--illegal-native-access=deny") : this;
    }

    /** Spares the optimising compiler, outside the profile {@code proof}: for a program that ends before its code is any faster. */
    public ChildJvm shortLived() {
        return Rounds.areFew() ? option("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC") : this;
    }

    /** Starts it by another program. */
    public ChildJvm startedBy(String... command) {
        prefix.addAll(Arrays.asList(command));
        return this;
    }

    /** Starts it with SIGIO blocked in every thread. */
    public ChildJvm sigioBlocked() {
        return startedBy("env", "--block-signal=SIGIO");
    }

    /** Sets an environment variable. */
    public ChildJvm env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs a class, or whatever else java takes there, to its end. */
    public Result run(String... mainAndArguments) throws IOException {
        return await(start(mainAndArguments));
    }

    /** Starts it and leaves it running; standard error is part of its output. */
    public Process start(String... mainAndArguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(home.resolve("bin/java").toString());
        command.addAll(options);
        String limit = System.getProperty(Eventually.LIMIT_PROPERTY);
        if (limit != null) {
            command.add("-D" + Eventually.LIMIT_PROPERTY + "=" + limit);
        }
        command.addAll(Arrays.asList(mainAndArguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("AIOCONTEXT_RELAY");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits for its end; the output is what nobody has read yet. */
    public static Result await(Process process) {
        return await(process, ChildProcess.LIMIT);
    }

    /** Waits for its end for some time; the output is what nobody has read yet. */
    public static Result await(Process process, Duration limit) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        Callable<Integer> end = () -> {
            process.getInputStream().transferTo(output);
            return process.waitFor();
        };
        int exit = ChildProcess.within(limit, process, end, () -> output.toString(StandardCharsets.UTF_8));
        return new Result(exit, output.toString(StandardCharsets.UTF_8));
    }
}
