package dev.aiocontext.jmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * The figures of several forks: their median, and how far they lie apart. The ends are those of the lowest and the highest
 * fork; of ten forks or more, those of the middle half, because a stray process in twenty says nothing about the median.
 *
 * @param low the lower end
 * @param middle the median
 * @param high the upper end
 * @param forks how many there were
 */
record Range(double low, double middle, double high, int forks) {
    /** From so many on, the ends are those of the middle half. */
    static final int MANY = 10;

    /** The range of figures that stand in any order. There is one at least. */
    static Range of(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        double tail = sorted.size() < MANY ? 0 : 0.25;
        return new Range(
                Quantiles.of(sorted, tail), Quantiles.of(sorted, 0.5), Quantiles.of(sorted, 1 - tail), sorted.size());
    }

    /**
     * Compares forks. Those of a round ran one after another, so each is compared with that of its own round. If there are
     * not as many of one side, each is compared with each of the other.
     */
    static List<Double> pairs(List<Double> left, List<Double> right, DoubleBinaryOperator compare) {
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            for (int j = 0; j < right.size(); j++) {
                if (i == j || left.size() != right.size()) {
                    pairs.add(compare.applyAsDouble(left.get(i), right.get(j)));
                }
            }
        }
        return pairs;
    }

    /** Whether several forks were measured. */
    boolean hasEnds() {
        return forks > 1;
    }

    /** Whether the worse end is within a limit: each fork, or all of the middle half. */
    boolean atMost(double limit) {
        return high <= limit;
    }

    /** The same of a limit that is to be exceeded. */
    boolean atLeast(double limit) {
        return low >= limit;
    }
}
