package dev.aiocontext.jmh.report;

import java.util.List;

/** Quantiles of a few figures; JMH has its own for many samples. */
final class Quantiles {
    private Quantiles() {}

    /** The figure below which that part of the others lies, between two figures if it falls there. */
    static double of(List<Double> values, double part) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double position = part * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    static double median(List<Double> values) {
        return of(values, 0.5);
    }

    /** The range of the middle half, as a share of the median. */
    static double spread(List<Double> values) {
        return (of(values, 0.75) - of(values, 0.25)) / median(values);
    }
}
