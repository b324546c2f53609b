package dev.aiocontext.jmh.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one fork of a case measured, in a JVM of its own.
 *
 * @param figure the median: of the samples where single operations were timed, otherwise of the iterations
 * @param percentiles of its single operations, by their name, where these were timed
 */
public record Fork(double figure, Map<String, Double> percentiles) {
    /** The same with all figures divided: an operation was so many. */
    Fork dividedBy(int times) {
        Map<String, Double> smaller = new LinkedHashMap<>(percentiles);
        smaller.replaceAll((name, value) -> value / times);
        return new Fork(figure / times, smaller);
    }

    /** The same with another figure. */
    Fork with(double other) {
        return new Fork(other, percentiles);
    }
}
