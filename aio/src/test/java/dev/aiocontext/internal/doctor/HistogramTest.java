package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    private final Histogram histogram = new Histogram();

    @Test
    void isEmptyAtFirst() {
        assertThat(histogram.times()).isEqualTo(new Times(0, 0, 0, 0));
        assertThat(histogram.times().isEmpty()).isTrue();
    }

    @Test
    void tellsSmallValuesExactly() {
        for (int i = 1; i <= 100; i++) {
            histogram.add(i);
        }
        assertThat(histogram.times()).isEqualTo(new Times(100, 50, 99, 100));
    }

    @Test
    void tellsLargeValuesToOnePercentAndTheLargestExactly() {
        for (long i = 1; i <= 1000; i++) {
            histogram.add(i * 1_000_003);
        }
        Times times = histogram.times();
        assertThat(times.p50Nanos()).isCloseTo(500_001_500L, withPercentage(1));
        assertThat(times.p99Nanos()).isCloseTo(990_002_970L, withPercentage(1));
        assertThat(times.maxNanos()).isEqualTo(1_000_003_000L);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 129, 255, 256, 1_000_000_007, Long.MAX_VALUE})
    void tellsASingleValueToOnePercent(long value) {
        histogram.add(value);
        assertThat(histogram.times().p50Nanos()).isCloseTo(value, withPercentage(1));
        assertThat(histogram.times().maxNanos()).isEqualTo(value);
    }

    @Test
    void takesAClockThatWentBackAsNoTimeAtAll() {
        histogram.add(-5);
        assertThat(histogram.times()).isEqualTo(new Times(1, 0, 0, 0));
    }
}
