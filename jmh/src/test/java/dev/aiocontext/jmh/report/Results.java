package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.TimerBenchmark;
import java.util.List;
import java.util.Map;

/** Results that were never measured. */
final class Results {
    private Results() {}

    static Result time(Class<?> benchmarks, String method, Map<String, String> params, double nanos) {
        return new Result(
                benchmarks.getName() + "." + method,
                params,
                Result.TIME,
                nanos,
                nanos,
                1,
                0.01,
                List.of(nanos),
                List.of(new Fork(nanos, Map.of("p50", nanos, "p99", nanos * 2))),
                Map.of("p50", nanos, "p99", nanos * 2),
                Map.of(Result.BYTES, 0.0),
                0,
                0);
    }

    /** Of a thousand timers that took so long together. */
    static Result timer(String method, String peer, String pending, double nanos) {
        Result result = time(TimerBenchmark.class, method, Map.of("peer", peer, "pending", pending), 2 * nanos);
        return with(
                result, result.forks(), result.percentiles(), Map.of("processorNanos", 1000 * nanos, "count", 1000.0));
    }

    /** Of one fork, with another p99. */
    static Result withP99(Result result, double p99) {
        return with(
                result, List.of(new Fork(result.median(), Map.of("p99", p99))), Map.of("p99", p99), result.counters());
    }

    private static Result with(
            Result result, List<Fork> forks, Map<String, Double> percentiles, Map<String, Double> counters) {
        return new Result(
                result.benchmark(),
                result.params(),
                result.unit(),
                result.median(),
                result.mean(),
                result.error(),
                result.spread(),
                result.iterations(),
                forks,
                percentiles,
                counters,
                0,
                0);
    }

    /** Of several forks. */
    static Result of(
            Class<?> benchmarks, String method, Map<String, String> params, String unit, List<Double> figures) {
        List<Fork> forks =
                figures.stream().map(figure -> new Fork(figure, Map.of())).toList();
        return time(benchmarks, method, params, 0).with(unit, Quantiles.median(figures), forks);
    }
}
