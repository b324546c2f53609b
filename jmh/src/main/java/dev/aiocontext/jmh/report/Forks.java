package dev.aiocontext.jmh.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/** The forks of a case, as they come in, and what they say together. */
final class Forks {
    private static final Map<String, Double> PERCENTILES = percentiles();

    /** The parameter by which a benchmark says that its operation is so many. */
    private static final String TIMES = "times";

    private final Case measured;
    private final List<RunResult> runs = new ArrayList<>();
    private final List<Double> processes = new ArrayList<>();
    private final List<long[]> lateness = new ArrayList<>();
    private double othersLoad;
    private double stolen;
    private int loads;

    Forks(Case measured) {
        this.measured = measured;
    }

    private static Map<String, Double> percentiles() {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (String rank : List.of("0", "25", "50", "75", "90", "95", "99", "99.5", "99.9", "99.95", "99.99", "100")) {
            percentiles.put("p" + rank, Double.valueOf(rank));
        }
        return percentiles;
    }

    /** Adds what JMH measured in one fork or several. */
    void add(RunResult run) {
        runs.add(run);
    }

    /** Adds a whole process, which took so long. */
    void addProcess(double nanos) {
        processes.add(nanos);
    }

    /** Adds by how many nanoseconds timers were late in one process. */
    void addLateness(long[] nanos) {
        lateness.add(nanos);
    }

    /** Adds what others used meanwhile. */
    void add(Load load) {
        othersLoad += load.others();
        stolen += load.stolen();
        loads++;
    }

    /** What all forks say together. There is one at least. */
    Result merged() {
        if (!lateness.isEmpty()) {
            return ofLateness();
        }
        return runs.isEmpty() ? ofProcesses() : ofRuns();
    }

    /** A fork's figure is the median of its timers, as that of single operations. */
    private Result ofLateness() {
        List<Fork> forks = lateness.stream()
                .map(nanos -> new Fork(percentile(nanos, 50), percentiles(nanos)))
                .toList();
        long[] all = lateness.stream().flatMapToLong(Arrays::stream).toArray();
        List<Double> medians = forks.stream().map(Fork::figure).toList();
        return new Result(
                measured.benchmark(),
                measured.params(),
                Result.TIME,
                Quantiles.median(medians),
                Arrays.stream(all).average().orElseThrow(),
                Double.NaN,
                Quantiles.spread(medians),
                medians,
                forks,
                percentiles(all),
                Map.of(),
                othersLoad / loads,
                stolen / loads);
    }

    private static Map<String, Double> percentiles(long[] nanos) {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        PERCENTILES.forEach((name, rank) -> percentiles.put(name, percentile(nanos, rank)));
        return percentiles;
    }

    private static double percentile(long[] nanos, double rank) {
        return Quantiles.of(Arrays.stream(nanos).asDoubleStream().boxed().toList(), rank / 100);
    }

    private Result ofProcesses() {
        return new Result(
                measured.benchmark(),
                measured.params(),
                Result.TIME,
                Quantiles.median(processes),
                processes.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
                Double.NaN,
                Quantiles.spread(processes),
                List.copyOf(processes),
                processes.stream().map(nanos -> new Fork(nanos, Map.of())).toList(),
                Map.of(),
                Map.of(),
                othersLoad / loads,
                stolen / loads);
    }

    /** JMH merges samples and counters of several forks of one run: here, of several runs. */
    private Result ofRuns() {
        List<BenchmarkResult> all = new ArrayList<>();
        runs.forEach(run -> all.addAll(run.getBenchmarkResults()));
        RunResult run = new RunResult(runs.getFirst().getParams(), all);
        boolean sampled = run.getParams().getMode() == Mode.SampleTime;
        List<Fork> forks = all.stream().map(fork -> fork(fork, sampled)).toList();
        List<Double> iterations =
                all.stream().flatMap(fork -> iterations(fork).stream()).toList();
        org.openjdk.jmh.results.Result<?> primary = run.getPrimaryResult();
        Map<String, String> params = new LinkedHashMap<>(measured.params());
        String times = params.remove(TIMES);
        Result result = new Result(
                measured.benchmark(),
                params,
                primary.getScoreUnit(),
                Quantiles.median(forks.stream().map(Fork::figure).toList()),
                primary.getScore(),
                primary.getScoreError(),
                Quantiles.spread(iterations),
                iterations,
                forks,
                sampled ? percentiles(primary.getStatistics()) : Map.of(),
                counters(run),
                othersLoad / loads,
                stolen / loads);
        return times == null ? result : result.dividedBy(Integer.parseInt(times));
    }

    private static Fork fork(BenchmarkResult fork, boolean sampled) {
        if (!sampled) {
            return new Fork(Quantiles.median(iterations(fork)), Map.of());
        }
        Statistics samples = fork.getPrimaryResult().getStatistics();
        return new Fork(samples.getPercentile(50), percentiles(samples));
    }

    private static List<Double> iterations(BenchmarkResult fork) {
        return fork.getIterationResults().stream()
                .map(iteration -> iteration.getPrimaryResult().getScore())
                .toList();
    }

    private static Map<String, Double> percentiles(Statistics samples) {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        PERCENTILES.forEach((name, rank) -> percentiles.put(name, samples.getPercentile(rank)));
        return percentiles;
    }

    private static Map<String, Double> counters(RunResult run) {
        Map<String, Double> counters = new LinkedHashMap<>();
        run.getSecondaryResults().forEach((name, counter) -> counters.put(name, counter.getScore()));
        Allocation.perOperation(run).ifPresent(bytes -> counters.put(Result.OWN_BYTES, bytes));
        return counters;
    }
}
