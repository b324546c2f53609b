package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 ns",
        "999, 999 ns",
        "1000, 1.00 us",
        "12345, 12.3 us",
        "999499, 999 us",
        "999999, 1.00 ms",
        "9999999, 10.0 ms",
        "2500000000, 2.50 s",
        "3600000000000, 3600 s"
    })
    void tellsTimesInThreeDigitsAndAUnit(long nanos, String text) {
        assertThat(Figures.nanos(nanos)).isEqualTo(text);
    }

    @Test
    void separatesThousands() {
        assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    }
}
