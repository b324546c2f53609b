package dev.aiocontext.stress;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * Runs tests with other versions of the library's classes before the real ones on the class path, for the mutation check.
 *
 * <p>Standard input has a line for each run: a directory of classes, a tab, and a pattern of tests. The tests that fail are
 * written to {@code jcstress.seen} in the directory's parent, a line each, with how often they saw what is forbidden. To have
 * all runs in one JVM saves jcstress its examination of the machine, which takes longer than a run.
 */
public final class Mutants {
    private Mutants() {}

    /**
     * Runs the tests.
     *
     * @param args jcstress's options
     * @throws Exception if jcstress cannot work here
     */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        if (!options.parse()) {
            System.exit(2);
        }
        InProcessCollector results = new InProcessCollector();
        Runs runs = new Runs(options, results);
        String classPath = System.getProperty("java.class.path");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (@Nullable String line = input.readLine(); line != null; line = input.readLine()) {
            String classes = line.substring(0, line.indexOf('\t'));
            System.out.println(line);
            System.setProperty("java.class.path", classes + File.pathSeparator + classPath);
            results.getTestResults().clear();
            runs.run(Main.matching(line.substring(line.indexOf('\t') + 1)));
            write(Path.of(classes).resolveSibling("jcstress.seen"), results);
        }
    }

    private static void write(Path file, InProcessCollector results) throws Exception {
        NavigableMap<String, String> seen = new TreeMap<>();
        for (TestResult result : results.getTestResults()) {
            if (result.status() != Status.NORMAL) {
                seen.put(result.getName(), "(" + result.status() + ")");
            } else if (!result.grading().isPassed) {
                seen.put(result.getName(), "(" + forbidden(result) + ")");
            }
        }
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            seen.forEach(
                    (test, how) -> out.println(test.replaceFirst("^dev\\.aiocontext\\.(stress\\.)?", "") + " " + how));
        }
    }

    private static String forbidden(TestResult result) {
        long count = result.grading().gradingResults.values().stream()
                .filter(grade -> grade.expect == Expect.FORBIDDEN)
                .mapToLong(grade -> grade.count)
                .sum();
        return "%,d".formatted(count);
    }
}
