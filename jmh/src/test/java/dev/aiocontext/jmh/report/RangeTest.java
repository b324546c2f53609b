package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RangeTest {
    @Test
    void aFewForksReachFromTheLowestToTheHighest() {
        assertThat(Range.of(List.of(3.0, 1.0, 9.0, 2.0, 4.0))).isEqualTo(new Range(1, 3, 9, 5));
    }

    @Test
    void manyForksReachOverTheMiddleHalf() {
        List<Double> twenty =
                DoubleStream.iterate(20, i -> i - 1).limit(20).boxed().toList();
        assertThat(Range.of(twenty)).isEqualTo(new Range(5.75, 10.5, 15.25, 20));
    }

    @Test
    void theWorseEndCounts() {
        Range range = Range.of(List.of(1.0, 2.0, 3.0));
        assertThat(range.atMost(3)).isTrue();
        assertThat(range.atMost(2)).isFalse();
        assertThat(range.atLeast(1)).isTrue();
        assertThat(range.atLeast(2)).isFalse();
    }

    @Test
    void forksOfTheSameRoundAreCompared() {
        assertThat(Range.pairs(List.of(2.0, 30.0), List.of(1.0, 10.0), (a, b) -> a / b))
                .containsExactly(2.0, 3.0);
    }

    @Test
    void withoutRoundsEachIsComparedWithEach() {
        assertThat(Range.pairs(List.of(2.0), List.of(1.0, 4.0), (a, b) -> a / b))
                .containsExactly(2.0, 0.5);
    }

    @Test
    void aRangeNamesItsUnitOnce() {
        assertThat(Words.withRange(Result.TIME, Range.of(List.of(5800.0, 6000.0, 6400.0))))
                .isEqualTo("6.00 µs (5.80 to 6.40 µs)");
        assertThat(Words.withRange(Result.TIME, Range.of(List.of(900.0, 1000.0, 1100.0))))
                .isEqualTo("1.00 µs (900 ns to 1.10 µs)");
        assertThat(Words.withRange(Result.TIME, Range.of(List.of(6000.0)))).isEqualTo("6.00 µs");
        assertThat(Words.ratio(Range.of(List.of(1.0, 1.5, 2.0)))).isEqualTo("1.50 × (1.00 to 2.00 ×)");
    }
}
