package dev.aiocontext.jmh.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one case of one benchmark came to.
 *
 * @param benchmark class and method
 * @param params the parameters' values
 * @param unit of all figures: {@code ns/op} or {@code ops/s}; {@code B}, {@code %} or empty for figures that are derived
 * @param median of the samples where single operations were timed, otherwise of the iterations
 * @param mean of all
 * @param error half the 99.9 % confidence interval of the mean, as JMH computes it; NaN with too few iterations
 * @param spread the interquartile range of the iterations' means, divided by their median
 * @param iterations the mean of each iteration, of all forks
 * @param percentiles of single operations, by their name, where these were timed: {@code p50} and so on
 * @param counters what the benchmark or JMH counted beside the time, each per operation
 * @param othersLoad the load by other processes meanwhile, in processors
 * @param stolen processors that the hypervisor gave to others meanwhile
 */
public record Result(
        String benchmark,
        Map<String, String> params,
        String unit,
        double median,
        double mean,
        double error,
        double spread,
        List<Double> iterations,
        Map<String, Double> percentiles,
        Map<String, Double> counters,
        double othersLoad,
        double stolen) {
    static final String TIME = "ns/op";
    static final String RATE = "ops/s";
    static final String BYTES = Allocation.BYTES;

    /** What the operation allocates itself. */
    static final String OWN_BYTES = "alloc.operation";

    /**
     * A parameter.
     *
     * @param name its name
     * @return its value; empty if the benchmark has none of that name
     */
    public String param(String name) {
        return params.getOrDefault(name, "");
    }

    /**
     * The name of the method.
     *
     * @return what follows the class
     */
    public String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** Says whether less is better: all but rates. */
    boolean lessIsBetter() {
        return !unit.equals(RATE);
    }

    /** The same with another figure, whose spread is not known. */
    Result with(String otherUnit, double figure) {
        return new Result(
                benchmark,
                params,
                otherUnit,
                figure,
                figure,
                Double.NaN,
                Double.NaN,
                iterations,
                percentiles,
                counters,
                othersLoad,
                stolen);
    }

    /** The same as a row of that name. */
    Result as(String row) {
        return new Result(
                benchmark,
                Map.of("peer", row),
                unit,
                median,
                mean,
                error,
                spread,
                iterations,
                percentiles,
                counters,
                othersLoad,
                stolen);
    }

    /** The same with all figures of times divided: an operation was so many. */
    Result dividedBy(int times) {
        Map<String, Double> smaller = new LinkedHashMap<>(percentiles);
        smaller.replaceAll((name, value) -> value / times);
        Map<String, Double> fewer = new LinkedHashMap<>(counters);
        fewer.computeIfPresent(BYTES, (name, value) -> value / times);
        fewer.computeIfPresent(OWN_BYTES, (name, value) -> value / times);
        return new Result(
                benchmark,
                params,
                unit,
                median / times,
                mean / times,
                error / times,
                spread,
                iterations.stream().map(value -> value / times).toList(),
                smaller,
                fewer,
                othersLoad,
                stolen);
    }
}
