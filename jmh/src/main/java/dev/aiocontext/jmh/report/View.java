package dev.aiocontext.jmh.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a table shows of the results of a method.
 *
 * @param caption the table's caption
 * @param method the method; empty for all
 * @param row the parameter that has the rows
 * @param figure the figure of a result among all; empty where it has none
 */
record View(String caption, String method, String row, BiFunction<Result, List<Result>, Optional<Result>> figure) {
    /** The median. */
    static View median(String caption, String method) {
        return new View(caption, method, "peer", (result, all) -> Optional.of(result));
    }

    /** A percentile of single operations. */
    static View percentile(String caption, String method, String percentile) {
        return new View(
                caption,
                method,
                "peer",
                (result, all) -> Optional.ofNullable(result.percentiles().get(percentile))
                        .map(value -> result.with(result.unit(), value, forks(result, percentile))));
    }

    private static List<Fork> forks(Result result, String percentile) {
        return result.forks().stream()
                .map(fork -> fork.with(fork.percentiles().getOrDefault(percentile, fork.figure())))
                .toList();
    }

    /** What each takes beyond the one of that name in the same column. */
    static View beyond(String caption, String method, String base) {
        return new View(
                caption,
                method,
                "peer",
                (result, all) -> result.param("peer").equals(base)
                        ? Optional.empty()
                        : baseOf(result, base, all).map(other -> result.with(result.beyond(other))));
    }

    private static Optional<Result> baseOf(Result result, String base, List<Result> all) {
        Map<String, String> params = new LinkedHashMap<>(result.params());
        params.put("peer", base);
        return all.stream()
                .filter(other -> other.benchmark().equals(result.benchmark())
                        && other.params().equals(params))
                .findFirst();
    }

    /** One counter of a benchmark, divided by another. */
    static View ratio(String caption, String method, String counter, String divisor, String unit) {
        return new View(
                caption,
                method,
                "peer",
                (result, all) -> Optional.ofNullable(result.counters().get(divisor))
                        .filter(count -> count > 0)
                        .map(count -> result.with(unit, result.counters().getOrDefault(counter, 0.0) / count)));
    }

    /** The same with the rows of another parameter. */
    View by(String param) {
        return new View(caption, method, param, figure);
    }

    /** The figures, where there are any. */
    List<Result> of(List<Result> results) {
        return results.stream()
                .filter(result -> method.isEmpty() || result.benchmark().endsWith("." + method))
                .flatMap(result -> figure.apply(result, results).stream())
                .toList();
    }

    /** Methods in place of a parameter, as rows of one table. */
    static View methods(String caption, Map<String, String> names) {
        return new View(
                caption,
                "",
                "peer",
                (result, all) -> Optional.ofNullable(names.get(
                                result.benchmark().substring(result.benchmark().lastIndexOf('.') + 1)))
                        .map(name -> result.as(name)));
    }
}
