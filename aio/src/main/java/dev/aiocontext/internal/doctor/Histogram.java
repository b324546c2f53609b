package dev.aiocontext.internal.doctor;

/**
 * Counts durations in buckets that are 1/64 of their value wide: any number of samples, no allocation while it measures.
 * One thread only.
 */
final class Histogram {
    private static final int MANTISSA_BITS = 6;
    private static final int EXACT_BELOW = 2 << MANTISSA_BITS;

    private final long[] counts = new long[(Long.SIZE - MANTISSA_BITS) << MANTISSA_BITS];
    private long samples;
    private long max;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        samples++;
        max = Math.max(max, value);
    }

    Times times() {
        return new Times(samples, percentile(50), percentile(99), max);
    }

    /** Finds the value that the given share of the samples does not exceed: the middle of its bucket. */
    private long percentile(int percent) {
        long rank = (samples * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank && seen > 0) {
                return Math.min(middle(i), max);
            }
        }
        return 0;
    }

    private static int bucket(long value) {
        if (value < EXACT_BELOW) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - MANTISSA_BITS;
        return (shift << MANTISSA_BITS) + (int) (value >>> shift);
    }

    private static long middle(int bucket) {
        if (bucket < EXACT_BELOW) {
            return bucket;
        }
        int shift = (bucket >> MANTISSA_BITS) - 1;
        long mantissa = bucket - ((long) shift << MANTISSA_BITS);
        return (mantissa << shift) + (1L << shift >> 1);
    }
}
