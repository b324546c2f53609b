package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.TimerLateness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run says of the goals for timers. */
class TimerGoalsTest {
    private static final String FEW = "1000";
    private static final String MANY = "1000000";

    private static Run.GoalResult goal(String work, List<Result> results) {
        return Goals.of(results).stream()
                .filter(goal -> goal.work().equals(work))
                .findFirst()
                .orElseThrow();
    }

    private static List<Result> cancel(double few, double many) {
        List<Result> results = new ArrayList<>();
        for (String method : List.of("cancel", "rearmLater")) {
            results.add(Results.timer(method, "AIO_TIMER", FEW, method.equals("cancel") ? 1 : few));
            results.add(Results.timer(method, "AIO_TIMER", MANY, method.equals("cancel") ? 1 : many));
            results.add(Results.timer(method, "COMPARE_AND_SET", MANY, 20));
        }
        return results;
    }

    @Test
    void withAMillionTimersACacheMissIsForgivenAndNoMore() {
        assertThat(goal(TimerGoals.CANCEL, cancel(5, 25)).reached()).isTrue();
        assertThat(goal(TimerGoals.CANCEL, cancel(5, 26)).reached()).isFalse();
        assertThat(goal(TimerGoals.CANCEL, cancel(6, 10)).reached()).isFalse();
        assertThat(goal(TimerGoals.CANCEL, cancel(5, 25)).measured())
                .contains("re-arm 5.00 ns, with a million 25.0 ns");
    }

    private static List<Result> both(String method, double few, double many) {
        return List.of(Results.timer(method, "AIO_TIMER", FEW, few), Results.timer(method, "AIO_TIMER", MANY, many));
    }

    @Test
    void armingAndFiringAreToBeFastWithAThousandAndWithAMillion() {
        assertThat(goal(TimerGoals.ARM, both("arm", 25, 25)).reached()).isTrue();
        assertThat(goal(TimerGoals.ARM, both("arm", 10, 26)).reached()).isFalse();
        assertThat(goal(TimerGoals.ARM, both("arm", 26, 10)).reached()).isFalse();
        assertThat(goal(TimerGoals.FIRE, both("fire", 40, 40)).reached()).isTrue();
        assertThat(goal(TimerGoals.FIRE, both("fire", 40, 41)).reached()).isFalse();
        assertThat(goal(TimerGoals.FIRE, List.of(Results.timer("fire", "AIO_TIMER", FEW, 10)))
                        .reached())
                .isNull();
    }

    @Test
    void armingFromAnotherThreadIsOneFigure() {
        assertThat(goal(TimerGoals.ARM_ELSEWHERE, List.of(Results.timer("armElsewhere", "AIO_TIMER", "", 40)))
                        .reached())
                .isTrue();
        assertThat(goal(TimerGoals.ARM_ELSEWHERE, List.of(Results.timer("armElsewhere", "AIO_TIMER", "", 41)))
                        .reached())
                .isFalse();
    }

    private static List<Result> requests(double ours, double netty, double pool) {
        return List.of(
                Results.timer("request", "AIO_TIMER", MANY, ours),
                Results.timer("request", "AIO_TIMER", FEW, 1000),
                Results.timer("request", "NETTY_QUEUE", MANY, netty),
                Results.timer("request", "SCHEDULED_POOL", MANY, pool));
    }

    @Test
    void aServersTimeoutsAreToBeTenTimesFasterThanEitherPeers() {
        assertThat(goal(TimerGoals.SERVER, requests(100, 1000, 1000)).reached()).isTrue();
        assertThat(goal(TimerGoals.SERVER, requests(100, 999, 5000)).reached()).isFalse();
        assertThat(goal(TimerGoals.SERVER, requests(100, 5000, 999)).reached()).isFalse();
    }

    /** The median; its p99 is twice that. */
    private static Result late(String peer, String delay, double nanos) {
        return Results.time(TimerLateness.class, "late", Map.of("peer", peer, "delay", delay), nanos);
    }

    private static Result late(String peer, double median, double p99) {
        return Results.withP99(late(peer, "IDLE", median), p99);
    }

    @Test
    void medianAndP99OfALateTimerAreComparedWithC() {
        Result inC = late("C_TIMERFD", 5000.0, 9000.0);
        assertThat(goal(TimerGoals.LATE_ASLEEP, List.of(inC, late("AIO_POLL", 5500.0, 9900.0)))
                        .reached())
                .isTrue();
        assertThat(goal(TimerGoals.LATE_ASLEEP, List.of(inC, late("AIO_POLL", 5600.0, 9000.0)))
                        .reached())
                .isFalse();
        assertThat(goal(TimerGoals.LATE_ASLEEP, List.of(inC, late("AIO_POLL", 5000.0, 10_000.0)))
                        .reached())
                .isFalse();
    }

    @Test
    void bothMonitorsAreToBeInTime() {
        Result inC = late("C_TIMERFD", "IDLE", 5000);
        List<Result> one = List.of(inC, late("AIO_POLL", "IDLE", 5000), late("AIO_EPOLL", "IDLE", 6000));
        assertThat(goal(TimerGoals.LATE_ASLEEP, one).reached()).isFalse();
        List<Result> polling = List.of(late("AIO_POLL", "POLLING", 2500), late("AIO_EPOLL", "POLLING", 2501));
        assertThat(goal(TimerGoals.LATE_POLLING, polling).reached()).isFalse();
        assertThat(goal(TimerGoals.LATE_POLLING, polling.subList(0, 1)).reached())
                .isTrue();
    }

    @Test
    void timersThatWereNotMeasuredAreNotJudged() {
        for (TimerGoals.Goal timers : new TimerGoals(List.of()).all()) {
            assertThat(goal(timers.work(), List.of()).reached())
                    .as(timers.work())
                    .isNull();
        }
    }
}
