package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HarnessTest {
    private static Case of(Class<?> benchmarks, Map<String, String> params) {
        return new Case(benchmarks.getName() + ".method", params);
    }

    @Test
    void whatIsComparedTakesTurns() {
        Case ours = of(RoundTripBenchmark.class, Map.of("peer", "AIO_POLL", "pin", "ONE", "polling", "ON"));
        Case oursElsewhere = of(RoundTripBenchmark.class, Map.of("peer", "AIO_POLL", "pin", "TWO", "polling", "ON"));
        Case peer = of(RoundTripBenchmark.class, Map.of("peer", "PARK", "pin", "ONE", "polling", "OFF"));
        assertThat(Harness.turns(List.of(ours, oursElsewhere, peer)))
                .containsExactly(List.of(ours, peer), List.of(oursElsewhere));
    }

    @Test
    void othersRunAlone() {
        Case one = of(SteadyStateBenchmark.class, Map.of("peer", "A"));
        Case other = of(SteadyStateBenchmark.class, Map.of("peer", "B"));
        assertThat(Harness.turns(List.of(one, other))).containsExactly(List.of(one), List.of(other));
    }

    @Test
    void theFullSuiteHasFiveForksForThroughputAndThreeForLatency() {
        assertThat(Suite.FULL.rounds(of(TasksBenchmark.class, Map.of()))).isEqualTo(5);
        assertThat(Suite.TASKS.rounds(of(TasksBenchmark.class, Map.of()))).isEqualTo(5);
        assertThat(Suite.FULL.rounds(of(RoundTripBenchmark.class, Map.of()))).isEqualTo(3);
    }

    @Test
    void theSuiteForThroughputHasBothShapesForAllThatItsGoalNames() {
        List<Case> cases = Questions.all().stream()
                .flatMap(question -> question.cases(Suite.TASKS).stream())
                .toList();
        assertThat(cases).hasSize(6 * 4);
        assertThat(cases).extracting(Case::method).contains("producers1", "latch4");
    }
}
