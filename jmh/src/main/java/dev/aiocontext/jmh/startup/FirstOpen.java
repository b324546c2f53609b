package dev.aiocontext.jmh.startup;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The main class: times whole processes that open a first loop, run it and close it, one program after the other, round after
 * round, and prints a table of the medians. The first round warms the page cache and does not count.
 *
 * <p>From JDK 25 on, each program is also timed with an AOT cache of its own. The JDK makes one only if the class path has jars
 * alone, as that of {@code benchmarks.jar}.
 */
public final class FirstOpen {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final int ROUNDS = 20;
    private static final int FIRST_WITH_ONE_STEP_CACHE = 25;

    /** A program as it is started, and how long its processes took. */
    private record Row(String name, boolean cached, List<String> command, List<Double> millis) {
        /** The time below which that part of the times lies. */
        double at(double part) {
            List<Double> sorted = millis.stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * part));
        }
    }

    private final int rounds;
    private final List<Row> rows = new ArrayList<>();

    private FirstOpen(int rounds) {
        this.rounds = rounds;
    }

    /**
     * Runs it.
     *
     * @param args how many rounds; 20 without it
     * @throws IOException if a process cannot be started
     * @throws InterruptedException if somebody interrupts it
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
        Path caches = Files.createTempDirectory("first-open");
        try {
            System.out.print(new FirstOpen(rounds).measure(caches));
        } finally {
            try (var files = Files.list(caches)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(caches);
        }
    }

    private String measure(Path caches) throws IOException, InterruptedException {
        Map<String, Class<?>> programs = new LinkedHashMap<>();
        programs.put("a JVM that does nothing", Programs.Nothing.class);
        programs.put("`Selector`", Programs.JdkSelector.class);
        programs.put("aiocontext, relay `OFF`", Programs.Aio.class);
        programs.put("Netty, epoll", Programs.NettyEpoll.class);
        programs.forEach((name, program) -> rows.add(new Row(name, false, command(program), new ArrayList<>())));
        if (Runtime.version().feature() >= FIRST_WITH_ONE_STEP_CACHE && isOfJarsAlone(CLASS_PATH)) {
            for (Map.Entry<String, Class<?>> program : programs.entrySet()) {
                addCached(program.getKey(), program.getValue(), caches);
            }
        }
        for (Row row : rows) {
            run(row.command);
        }
        for (int round = 0; round < rounds; round++) {
            for (Row row : rows) {
                row.millis.add(run(row.command));
            }
        }
        return table();
    }

    private void addCached(String name, Class<?> program, Path caches) throws IOException, InterruptedException {
        Path cache = caches.resolve(program.getSimpleName() + ".aot");
        run(command(program, "-XX:AOTCacheOutput=" + cache));
        List<String> command = command(program, "-XX:AOTCache=" + cache);
        rows.add(new Row(name + ", AOT cache", true, command, new ArrayList<>()));
    }

    private static boolean isOfJarsAlone(String classPath) {
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!Files.isRegularFile(Path.of(entry))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> command(Class<?> program, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", CLASS_PATH, program.getName()));
        return command;
    }

    /** Runs a process to its end; the milliseconds that it took. */
    private static double run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("first-open", ".txt");
        try {
            long began = System.nanoTime();
            int status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            long took = System.nanoTime() - began;
            if (status != 0) {
                throw new IllegalStateException(command + " ended with " + status + ": " + Files.readString(output));
            }
            return took / (double) TimeUnit.MILLISECONDS.toNanos(1);
        } finally {
            Files.delete(output);
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("| whole process, median of " + rounds
                + " | ms | middle half | over a JVM that does nothing |\n| --- | --- | --- | --- |\n");
        Row nothing = rows.getFirst();
        for (Row row : rows) {
            if (row.cached && !nothing.cached) {
                nothing = row; // the first of those with a cache is the JVM that does nothing, too
            }
            table.append("| %s | %.0f | %.0f to %.0f | %.0f |%n"
                    .formatted(row.name, row.at(0.5), row.at(0.25), row.at(0.75), row.at(0.5) - nothing.at(0.5)));
        }
        return table.toString();
    }
}
