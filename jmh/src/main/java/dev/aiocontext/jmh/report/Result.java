package dev.aiocontext.jmh.report;

import java.util.List;
import java.util.Map;

/**
 * What one case of one benchmark came to.
 *
 * @param benchmark class and method
 * @param params the parameters' values
 * @param unit of all figures: {@code ns/op} or {@code ops/s}
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
     * Says whether less is better.
     *
     * @return true for a time, false for a rate
     */
    public boolean isTime() {
        return unit.endsWith("/op");
    }
}
