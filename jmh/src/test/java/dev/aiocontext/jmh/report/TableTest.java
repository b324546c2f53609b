package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.RoundTripBenchmark;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final View VIEW = View.median("Round trip", "roundTrip");

    private static Result trip(String peer, String pin, String polling, double nanos) {
        return Results.time(
                RoundTripBenchmark.class, "roundTrip", Map.of("peer", peer, "pin", pin, "polling", polling), nanos);
    }

    private static Table.Cell cell(Table table, String row, int column) {
        return Objects.requireNonNull(table.rows().stream()
                .filter(r -> r.name().equals(row))
                .findFirst()
                .orElseThrow()
                .cells()
                .get(column));
    }

    @Test
    void oursIsComparedWithTheFastestPeerAndWithCInTheSameColumn() {
        Table table = Table.of(
                VIEW,
                List.of(
                        trip("AIO_POLL", "ONE", "OFF", 6000),
                        trip("NETTY_NIO", "ONE", "OFF", 12_000),
                        trip("NETTY_EPOLL", "ONE", "OFF", 8000),
                        trip("C_POLL", "ONE", "OFF", 4000),
                        trip("NETTY_EPOLL", "TWO", "OFF", 1)));
        assertThat(table.columns()).containsExactly("one core", "two cores");
        assertThat(cell(table, "aiocontext, poll", 0))
                .isEqualTo(new Table.Cell("6.00 µs", "", "1 %", "0.75 ×", "1.50 ×"));
        assertThat(cell(table, "Netty, epoll", 0)).isEqualTo(new Table.Cell("8.00 µs", "", "1 %", "", "2.00 ×"));
        assertThat(cell(table, "C, poll", 0)).isEqualTo(new Table.Cell("4.00 µs", "", "1 %", "", ""));
    }

    @Test
    void whatSpinsIsComparedWithWhatSpinsInC() {
        Table table = Table.of(
                VIEW,
                List.of(
                        trip("AIO_POLL", "TWO", "OFF", 8000),
                        trip("AIO_POLL", "TWO", "ON", 300),
                        trip("C_POLL", "TWO", "OFF", 4000),
                        trip("C_SPIN", "TWO", "OFF", 200)));
        assertThat(cell(table, "aiocontext, poll", 0).toLimit()).isEqualTo("2.00 ×");
        assertThat(cell(table, "aiocontext, poll, polling", 0).toLimit()).isEqualTo("1.50 ×");
    }

    private static Result trips(String peer, Double... figures) {
        return Results.of(
                RoundTripBenchmark.class,
                "roundTrip",
                Map.of("peer", peer, "pin", "TWO"),
                Result.TIME,
                List.of(figures));
    }

    @Test
    void severalForksHaveTheirRangeAndAreComparedRoundByRound() {
        Table table = Table.of(
                VIEW,
                List.of(
                        trips("AIO_POLL", 4000.0, 8000.0, 5000.0),
                        trips("NETTY_NIO", 4000.0, 8000.0, 8000.0),
                        trips("NETTY_EPOLL", 8000.0, 4000.0, 8000.0)));
        Table.Cell ours = cell(table, "aiocontext, poll", 0);
        assertThat(ours.figure()).isEqualTo("5.00 µs");
        assertThat(ours.range()).isEqualTo("4.00 to 8.00 µs");
        assertThat(ours.toPeer()).isEqualTo("1.00 × (0.63 to 2.00 ×)");
    }

    @Test
    void whatAProgramTakesBeyondAnotherIsTakenRoundByRound() {
        View beyond = View.beyond("Beyond", "roundTrip", "NOTHING");
        List<Result> results = beyond.of(List.of(trips("NOTHING", 1.0, 2.0, 3.0), trips("SELECTOR", 2.0, 5.0, 5.0)));
        assertThat(results).hasSize(1);
        assertThat(results.getFirst().figures()).containsExactly(1.0, 3.0, 2.0);
        assertThat(results.getFirst().median()).isEqualTo(2);
    }

    @Test
    void aByHandLimitIsNoPeer() {
        Table table =
                Table.of(VIEW, List.of(trip("AIO_POLL", "TWO", "OFF", 8000), trip("FFM_POLL", "TWO", "OFF", 4000)));
        assertThat(cell(table, "aiocontext, poll", 0).toPeer()).isEmpty();
    }
}
