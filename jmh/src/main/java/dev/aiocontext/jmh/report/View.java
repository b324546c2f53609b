package dev.aiocontext.jmh.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a table shows of the results of a method.
 *
 * @param caption the table's caption
 * @param method the method; empty for all
 * @param row the parameter that has the rows
 * @param figure the figure of a result; empty where it has none
 */
record View(String caption, String method, String row, Function<Result, Optional<Result>> figure) {
    /** The median. */
    static View median(String caption, String method) {
        return new View(caption, method, "peer", Optional::of);
    }

    /** A percentile of single operations. */
    static View percentile(String caption, String method, String percentile) {
        return new View(
                caption,
                method,
                "peer",
                result -> Optional.ofNullable(result.percentiles().get(percentile))
                        .map(value -> result.with(result.unit(), value)));
    }

    /** One counter of a benchmark, divided by another. */
    static View ratio(String caption, String method, String counter, String divisor, String unit) {
        return new View(
                caption,
                method,
                "peer",
                result -> Optional.ofNullable(result.counters().get(divisor))
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
                .flatMap(result -> figure.apply(result).stream())
                .toList();
    }

    /** Methods in place of a parameter, as rows of one table. */
    static View methods(String caption, Map<String, String> names) {
        return new View(
                caption,
                "",
                "peer",
                result -> Optional.ofNullable(names.get(
                                result.benchmark().substring(result.benchmark().lastIndexOf('.') + 1)))
                        .map(name -> result.as(name)));
    }
}
