package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.jmh.DescriptorBenchmark;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfirmedTest {
    private static Run run(String date, double ours) {
        List<Result> results = List.of(
                Results.time(
                        DescriptorBenchmark.class,
                        "oneActive",
                        Map.of("peer", "AIO_EPOLL", "descriptors", "1000"),
                        ours),
                Results.time(
                        DescriptorBenchmark.class,
                        "oneActive",
                        Map.of("peer", "NETTY_EPOLL", "descriptors", "1000"),
                        1500));
        return new Run(
                Run.FORMAT, date, "a commit", "a suite", 1, new Machine(Map.of()), results, List.of(), List.of());
    }

    @Test
    void whatBothDaysReachedIsToldWithBothDates() {
        assertThat(Confirmed.by(run("2026-11-25T23:00:00Z", 1000), run("2026-11-26T01:00:00Z", 1100)))
                .singleElement()
                .asString()
                .startsWith("1 active of 1,000 descriptors")
                .contains("(2026-11-25)")
                .endsWith("(2026-11-26)");
    }

    @Test
    void whatOneDayMissedIsNotConfirmed() {
        assertThat(Confirmed.by(run("2026-11-25T10:00:00Z", 1000), run("2026-11-26T10:00:00Z", 1400)))
                .isEmpty();
        assertThat(Confirmed.by(run("2026-11-25T10:00:00Z", 1400), run("2026-11-26T10:00:00Z", 1000)))
                .isEmpty();
    }

    @Test
    void aSecondRunOfTheSameDayConfirmsNothing() {
        assertThatThrownBy(() -> Confirmed.by(run("2026-11-26T01:00:00Z", 1000), run("2026-11-26T23:00:00Z", 1000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2026-11-26");
    }
}
