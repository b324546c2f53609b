package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.TasksBenchmark;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTest {
    private static Result rate(String peer, Double... figures) {
        return Results.of(TasksBenchmark.class, "latch2", Map.of("peer", peer), Result.RATE, List.of(figures));
    }

    @Test
    void aTableHasTheRangeAndTheRatioToTheBestPeer() {
        Run run = new Run(
                Run.FORMAT,
                "",
                "",
                "",
                0,
                Machine.here(),
                List.of(rate("AIO_POLL", 4e6, 5e6, 6e6), rate("NETTY_EPOLL", 2e6, 2e6, 2e6)),
                List.of(),
                List.of(new Run.GoalResult("tasks", "many", "few", false)));
        assertThat(Text.of(run))
                .contains("| aiocontext, poll | 5.00 M/s (4.00 to 6.00 M/s), 2.50 × (2.00 to 3.00 ×) best peer |")
                .contains("tasks: missed");
    }
}
