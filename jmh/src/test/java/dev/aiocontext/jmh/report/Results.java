package dev.aiocontext.jmh.report;

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

    /** Of several forks. */
    static Result of(
            Class<?> benchmarks, String method, Map<String, String> params, String unit, List<Double> figures) {
        List<Fork> forks =
                figures.stream().map(figure -> new Fork(figure, Map.of())).toList();
        return time(benchmarks, method, params, 0).with(unit, Quantiles.median(figures), forks);
    }
}
