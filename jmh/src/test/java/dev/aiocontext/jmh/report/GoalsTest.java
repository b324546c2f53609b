package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.AwakeLoopBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoalsTest {
    private static Run.GoalResult goal(String work, List<Result> results) {
        return Goals.of(results).stream()
                .filter(goal -> goal.work().equals(work))
                .findFirst()
                .orElseThrow();
    }

    private static List<Result> awake(double ours, double inC) {
        return List.of(
                Results.time(
                        AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "AIO_WAKEUP", "relay", "OFF"), ours),
                Results.time(AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "C_FLAG", "relay", "OFF"), inC));
    }

    @Test
    void aGoalOfTwoLimitsIsReachedOnlyWithinBoth() {
        assertThat(goal("wake-up, loop awake", awake(2.5, 2.3)).reached()).isTrue();
        assertThat(goal("wake-up, loop awake", awake(3.1, 3.0)).reached()).isFalse();
        assertThat(goal("wake-up, loop awake", awake(2.5, 1.5)).reached()).isFalse();
    }

    @Test
    void whatWasNotMeasuredIsNotJudged() {
        assertThat(goal("wake-up, loop awake", List.of()).reached()).isNull();
    }

    private static Result trip(String peer, String pin, double nanos) {
        return Results.time(
                RoundTripBenchmark.class,
                "roundTrip",
                Map.of("peer", peer, "pin", pin, "reply", "PARK", "polling", "OFF"),
                nanos);
    }

    @Test
    void onePinningThatIsMissedMissesTheGoal() {
        List<Result> one =
                List.of(trip("AIO_POLL", "ONE", 4000), trip("NETTY_NIO", "ONE", 9000), trip("C_POLL", "ONE", 3900));
        List<Result> two =
                List.of(trip("AIO_POLL", "TWO", 9000), trip("NETTY_NIO", "TWO", 8000), trip("C_POLL", "TWO", 8000));
        assertThat(goal("round trip, blocking", one).reached()).isTrue();
        assertThat(goal(
                                "round trip, blocking",
                                List.of(one.get(0), one.get(1), one.get(2), two.get(0), two.get(1), two.get(2)))
                        .reached())
                .isFalse();
    }

    @Test
    void theRelaysPriceIsWhatItAdds() {
        List<Result> results = List.of(
                Results.time(RelayBenchmark.class, "notifier", Map.of("peer", "AIO_OFF"), 1000),
                Results.time(RelayBenchmark.class, "notifier", Map.of("peer", "AIO_THREAD"), 3000),
                Results.time(RelayBenchmark.class, "notifier", Map.of("peer", "AIO_PROCESS"), 4500));
        assertThat(goal("relay THREAD", results).reached()).isFalse();
        assertThat(goal("relay THREAD", results).measured()).contains("2.00 µs").contains("3.50 µs");
    }
}
