package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.TimerLateness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The questions about timers: what is measured for them, and what is drawn. */
class TimersTest {
    private static final List<String> PENDING = List.of("1000", "10000", "100000", "1000000");

    private static Question question(String id) {
        return Questions.all().stream()
                .filter(question -> question.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<Result> timers() {
        List<Result> results = new ArrayList<>();
        for (String method : Drawings.TIMERS.keySet()) {
            for (String pending : PENDING) {
                results.add(Results.timer(method, "AIO_TIMER", pending, 5));
                results.add(Results.timer(method, "NETTY_QUEUE", pending, 80));
                results.add(Results.timer(method, "FORK_JOIN", pending, 90));
                results.add(Results.timer(method, "AIO_WHEEL", pending, 4));
            }
        }
        return results;
    }

    @Test
    void theShortSuiteMeasuresAllThatIsDrawnAtEachNumberPending() {
        List<Case> cases = question("timers").cases(Suite.SHORT);
        for (String method : Drawings.TIMERS.keySet()) {
            Set<String> pending = cases.stream()
                    .filter(next ->
                            next.method().equals(method) && next.param("peer").equals("AIO_TIMER"))
                    .map(next -> next.param("pending"))
                    .collect(Collectors.toSet());
            assertThat(pending).as(method).containsExactlyInAnyOrderElementsOf(PENDING);
        }
        assertThat(cases.stream().map(next -> next.param("peer"))).hasSameElementsAs(Drawings.TIMER_PEERS);
    }

    @Test
    void allTimersThatArePendingFireTogether() {
        assertThat(question("timers").cases(Suite.FULL))
                .filteredOn(next -> next.method().equals("fire"))
                .isNotEmpty()
                .allSatisfy(next -> assertThat(next.param("times")).isEqualTo(next.param("pending")));
    }

    @Test
    void onlyWhoIsFiredByItsCallerTellsTheNextDeadline() {
        assertThat(question("timers").cases(Suite.FULL))
                .filteredOn(next -> Set.of("nextDeadline", "idle").contains(next.method()))
                .isNotEmpty()
                .noneMatch(next ->
                        Set.of("HASHED_WHEEL", "FORK_JOIN", "COMPARE_AND_SET").contains(next.param("peer")));
    }

    @Test
    void theFigureIsTheProcessorTimeOfOne() {
        Question question = question("timers");
        List<Result> results = timers();
        List<Result> cancel = question.views().getFirst().of(question.of(results));
        assertThat(cancel).hasSize(PENDING.size() * 4);
        assertThat(cancel.getFirst().median()).isEqualTo(5);
    }

    @Test
    void eachOperationHasAChartOfTheChosenPeers() {
        Map<String, String> charts = Drawings.of(question("timers"), timers());
        assertThat(charts.keySet())
                .containsExactly("timers-cancel", "timers-rearmLater", "timers-arm", "timers-fire", "timers-request");
        assertThat(charts.values())
                .allSatisfy(chart -> assertThat(chart)
                        .contains("AioTimer")
                        .contains("timers that are pending")
                        .contains("loop's queue")
                        .contains("ForkJoinPool")
                        .doesNotContain("its wheel alone"));
    }

    @Test
    void whatWasNotMeasuredHasNoChart() {
        assertThat(Drawings.of(question("timers"), List.of(Results.timer("cancel", "AIO_TIMER", "1000", 5)))
                        .keySet())
                .containsExactly("timers-cancel");
    }

    @Test
    void latenessIsDrawnApartForLoopsThatSleepAndThatPoll() {
        List<Result> results = List.of(
                Results.time(TimerLateness.class, "late", Map.of("peer", "AIO_EPOLL", "delay", "IDLE"), 5000),
                Results.time(TimerLateness.class, "late", Map.of("peer", "C_TIMERFD", "delay", "IDLE"), 5000),
                Results.time(TimerLateness.class, "late", Map.of("peer", "AIO_EPOLL", "delay", "POLLING"), 200));
        Map<String, String> charts = Drawings.of(question("late-timers"), results);
        assertThat(charts.keySet()).containsExactly("late-timers-idle", "late-timers-polling");
        assertThat(charts.get("late-timers-idle")).contains("C, timerfd");
        assertThat(charts.get("late-timers-polling")).doesNotContain("C, timerfd");
    }

    @Test
    void aLateTimerTakesTurnsWithItsPeers() {
        List<Case> cases = question("late-timers").cases(Suite.SHORT);
        assertThat(Harness.turns(cases)).hasSize(TimerLateness.Delay.values().length);
    }
}
