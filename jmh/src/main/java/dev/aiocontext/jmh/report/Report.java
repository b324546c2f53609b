package dev.aiocontext.jmh.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.aiocontext.jmh.machine.CLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The main class: measures, and writes the report.
 *
 * <p>The forks of JMH have SIGIO blocked, for the relay's mode PROCESS to be measured too. The suite SMOKE has no forks: it is
 * to be started with SIGIO blocked itself, by {@code dev.aiocontext.SignalLauncher}.
 */
@CommandLine.Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Runs the benchmarks and writes index.html and report.json.")
public final class Report implements Callable<Integer> {
    private static final int FAILED = 1;

    @CommandLine.Option(names = "--suite", description = "${COMPLETION-CANDIDATES}; SHORT without this")
    private Suite suite = Suite.SHORT;

    @CommandLine.Option(names = "--out", description = "the directory to write to; target/report without this")
    private Path out = Path.of("target", "report");

    @CommandLine.Option(
            names = "--only",
            description = "measure only the cases in whose name this regular expression is found")
    private Pattern only = Pattern.compile("");

    @CommandLine.Option(names = "--from", description = "measure nothing, draw the page anew from this report.json")
    private @Nullable Path from;

    @CommandLine.Option(
            names = "--confirms",
            description = "print the goals that an earlier run, of another day, reached too; given by its report.json")
    private @Nullable Path earlier;

    private Report() {}

    /**
     * Runs it.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Report())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Run run = from == null
                ? measure()
                : json.readValue(from.toFile(), Run.class).judged();
        json.writeValue(out.resolve("report.json").toFile(), run);
        writeCharts(run);
        Path page = out.resolve("index.html");
        Page.write(run, Questions.all(), page);
        if (suite == Suite.TASKS) {
            System.out.print(Text.of(run));
        }
        if (earlier != null) {
            Confirmed.by(json.readValue(earlier.toFile(), Run.class), run).forEach(System.out::println);
        }
        System.out.println(page.toUri());
        return run.notMeasured().stream().allMatch(Run.NotMeasured::expected) ? CommandLine.ExitCode.OK : FAILED;
    }

    /** For pages other than the report's. */
    private void writeCharts(Run run) throws IOException {
        Path directory = Files.createDirectories(out.resolve("charts"));
        for (Question question : Questions.all()) {
            for (Map.Entry<String, String> chart :
                    Drawings.of(question, question.of(run.results())).entrySet()) {
                Files.writeString(directory.resolve(chart.getKey() + ".svg"), Svg.standalone(chart.getValue()));
            }
        }
    }

    private Run measure() throws IOException {
        if (!CLibrary.problem().isEmpty()) {
            System.out.println("NO C BASELINE: " + CLibrary.problem());
        }
        long start = System.nanoTime();
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<Case> cases = new ArrayList<>();
        for (Question question : Questions.all()) {
            question.cases(suite).stream()
                    .filter(next -> only.matcher(next.toString()).find())
                    .forEach(cases::add);
        }
        try (Harness harness = new Harness(suite, ForkedJvm.withSigioBlocked(out))) {
            harness.run(cases);
            return run(harness, date, start);
        }
    }

    private Run run(Harness harness, Instant date, long start) {
        return new Run(
                        Run.FORMAT,
                        date.toString(),
                        Machine.commit(),
                        suite + ": " + suite.describe(),
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                        Machine.here(),
                        harness.results(),
                        harness.notMeasured(),
                        List.of())
                .judged();
    }
}
