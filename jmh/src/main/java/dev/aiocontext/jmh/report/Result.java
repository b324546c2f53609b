package dev.aiocontext.jmh.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * What one case of one benchmark came to.
 *
 * @param benchmark class and method
 * @param params the parameters' values
 * @param unit of all figures: {@code ns/op} or {@code ops/s}; {@code B}, {@code %} or empty for figures that are derived
 * @param median the median of the forks' figures
 * @param mean of all
 * @param error half the 99.9 % confidence interval of the mean, as JMH computes it; NaN with too few iterations
 * @param spread the interquartile range of the iterations' means, divided by their median
 * @param iterations the mean of each iteration, of all forks
 * @param forks the forks, each in a JVM of its own, in the order of the rounds; empty where the figure is not of forks
 * @param percentiles of single operations, of all forks, by their name, where these were timed: {@code p50} and so on
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
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<Fork> forks, // a report of before has none
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

    /** The figures of the forks, in the order of the rounds; the median alone where there are none. */
    List<Double> figures() {
        return forks.isEmpty()
                ? List.of(median)
                : forks.stream().map(Fork::figure).toList();
    }

    /** How far the forks lie apart. */
    Range range() {
        return Range.of(figures());
    }

    /** This compared with the best of some in each round; with one that is the best by its median if they differ in number. */
    List<Double> pairsWithBest(List<Result> some, DoubleBinaryOperator compare) {
        Result best = Table.best(some, any -> true).orElseThrow();
        boolean paired = some.stream()
                .allMatch(other -> other.figures().size() == figures().size());
        List<Double> bests = new ArrayList<>(best.figures());
        if (paired) {
            for (Result other : some) {
                for (int i = 0; i < bests.size(); i++) {
                    double one = other.figures().get(i);
                    bests.set(i, lessIsBetter() ? Math.min(bests.get(i), one) : Math.max(bests.get(i), one));
                }
            }
        }
        return Range.pairs(figures(), bests, compare);
    }

    /** The ratio to the best of some, round by round. */
    Range ratioToBest(List<Result> some) {
        return Range.of(pairsWithBest(some, (mine, theirs) -> mine / theirs));
    }

    /** The ratio to another, round by round. */
    Range ratioTo(Result other) {
        return Range.of(Range.pairs(figures(), other.figures(), (mine, theirs) -> mine / theirs));
    }

    /** What this takes beyond another, round by round. */
    List<Double> beyond(Result other) {
        return Range.pairs(figures(), other.figures(), (mine, theirs) -> mine - theirs);
    }

    /** The same with another figure for each fork. */
    Result with(List<Double> figures) {
        List<Fork> others =
                figures.stream().map(figure -> new Fork(figure, Map.of())).toList();
        return with(unit, Range.of(figures).middle(), others);
    }

    /** The same with another figure, whose spread is not known. */
    Result with(String otherUnit, double figure) {
        return with(otherUnit, figure, List.of());
    }

    /** The same with another figure, of these forks. */
    Result with(String otherUnit, double figure, List<Fork> others) {
        return new Result(
                benchmark,
                params,
                otherUnit,
                figure,
                figure,
                Double.NaN,
                Double.NaN,
                iterations,
                others,
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
                forks,
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
                forks.stream().map(fork -> fork.dividedBy(times)).toList(),
                smaller,
                fewer,
                othersLoad,
                stolen);
    }
}
