package dev.aiocontext.internal.doctor;

/**
 * Times that something took, as a summary.
 *
 * @param samples how often it was timed; the rest is 0 if never
 * @param p50Nanos the median, to about 1 %
 * @param p99Nanos what 99 % did not exceed, to about 1 %
 * @param maxNanos the longest, exactly
 */
record Times(long samples, long p50Nanos, long p99Nanos, long maxNanos) {
    boolean isEmpty() {
        return samples == 0;
    }
}
