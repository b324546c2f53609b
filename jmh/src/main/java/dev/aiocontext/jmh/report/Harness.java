package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.machine.CLibrary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Runs cases under JMH, one at a time, and keeps of each what the report needs. */
final class Harness {
    private static final Map<String, Double> PERCENTILES = percentiles();

    /** The parameter by which a benchmark says that its operation is so many. */
    private static final String TIMES = "times";

    private final Suite suite;
    private final Optional<Path> jvm;
    private final List<Result> results = new ArrayList<>();
    private final List<Run.NotMeasured> notMeasured = new ArrayList<>();

    /**
     * Has run nothing yet.
     *
     * @param jvm the command that starts a fork; this JVM's own java without it
     */
    Harness(Suite suite, Optional<Path> jvm) {
        this.suite = suite;
        this.jvm = jvm;
    }

    private static Map<String, Double> percentiles() {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (String rank : List.of("0", "25", "50", "75", "90", "95", "99", "99.5", "99.9", "99.95", "99.99", "100")) {
            percentiles.put("p" + rank, Double.valueOf(rank));
        }
        return percentiles;
    }

    List<Result> results() {
        return results;
    }

    List<Run.NotMeasured> notMeasured() {
        return notMeasured;
    }

    void run(List<Case> cases) {
        int number = 0;
        for (Case next : cases) {
            String prefix = String.format("[%3d/%d] %s: ", ++number, cases.size(), next);
            System.out.println(prefix + run(next));
        }
    }

    /** Runs one; says in words what came of it. */
    private String run(Case next) {
        String obstacle = next.obstacle(jvm.isPresent() && suite.forks()).orElse("");
        if (!obstacle.isEmpty()) {
            notMeasured.add(new Run.NotMeasured(next.toString(), obstacle, true));
            return "skipped: " + obstacle;
        }
        Load load = new Load();
        RunResult result;
        try {
            Collection<RunResult> run = new Runner(options(next).build()).run();
            result = run.iterator().next();
        } catch (RunnerException e) {
            String reason = String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause());
            notMeasured.add(new Run.NotMeasured(next.toString(), reason, false));
            return "FAILED: " + reason;
        }
        Result kept = keep(next, result, load);
        results.add(kept);
        return Words.figure(kept) + " ± " + Words.percent(kept.spread());
    }

    private ChainedOptionsBuilder options(Case next) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(next.benchmark()) + "$")
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (CLibrary.problem().isEmpty()) {
            options.jvmArgsPrepend("-D" + CLibrary.PROPERTY + "=" + CLibrary.path());
        }
        next.params().forEach(options::param);
        jvm.ifPresent(command -> options.jvm(command.toString()));
        if (next.isMeasuredOnce()) {
            suite.applyOnceTo(options);
        } else {
            suite.applyTo(options);
        }
        return options;
    }

    private static Result keep(Case measured, RunResult run, Load load) {
        org.openjdk.jmh.results.Result<?> primary = run.getPrimaryResult();
        List<Double> iterations = new ArrayList<>();
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                iterations.add(iteration.getPrimaryResult().getScore());
            }
        }
        Map<String, Double> percentiles = new LinkedHashMap<>();
        if (run.getParams().getMode() == org.openjdk.jmh.annotations.Mode.SampleTime) {
            Statistics samples = primary.getStatistics();
            PERCENTILES.forEach((name, rank) -> percentiles.put(name, samples.getPercentile(rank)));
        }
        Map<String, String> params = new LinkedHashMap<>(measured.params());
        String times = params.remove(TIMES);
        Result result = new Result(
                measured.benchmark(),
                params,
                primary.getScoreUnit(),
                percentiles.getOrDefault("p50", median(iterations)),
                primary.getScore(),
                primary.getScoreError(),
                spread(iterations),
                iterations,
                percentiles,
                counters(run),
                load.others(),
                load.stolen());
        return times == null ? result : result.dividedBy(Integer.parseInt(times));
    }

    private static Map<String, Double> counters(RunResult run) {
        Map<String, Double> counters = new LinkedHashMap<>();
        run.getSecondaryResults().forEach((name, counter) -> counters.put(name, counter.getScore()));
        Allocation.perOperation(run).ifPresent(bytes -> counters.put(Result.OWN_BYTES, bytes));
        return counters;
    }

    private static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    private static double spread(List<Double> values) {
        return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
    }

    private static double quantile(List<Double> values, double q) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        double position = q * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
