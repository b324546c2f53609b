package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.jmh.AwakeLoopBenchmark;
import dev.aiocontext.jmh.InterestBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import dev.aiocontext.jmh.VirtualThreadBenchmark;
import dev.aiocontext.jmh.startup.FirstOpen;
import java.util.ArrayList;
import java.util.Collections;
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

    private static final List<String> TASKS =
            List.of("producers1", "producers2", "producers4", "latch1", "latch2", "latch4");

    /** Netty's best does 100 in each round, in all columns. */
    private static List<Result> tasks(List<Double> ours) {
        List<Result> results = new ArrayList<>();
        for (String method : TASKS) {
            List<Double> hundred = Collections.nCopies(ours.size(), 100.0);
            results.add(
                    rate(method, "AIO_POLL", method.equals("latch4") ? ours : Collections.nCopies(ours.size(), 200.0)));
            results.add(rate(method, "NETTY_NIO", Collections.nCopies(ours.size(), 50.0)));
            results.add(rate(method, "NETTY_EPOLL", hundred));
        }
        return results;
    }

    private static Result rate(String method, String peer, List<Double> figures) {
        return Results.of(TasksBenchmark.class, method, Map.of("peer", peer), Result.RATE, figures);
    }

    private static Run.GoalResult tasksGoal(Double... ours) {
        return goal("tasks/s, from 1, 2 and 4 producers, in both shapes of batch", tasks(List.of(ours)));
    }

    @Test
    void throughputIsReachedByTheMedianUnlessOneForkIsTooLow() {
        assertThat(tasksGoal(120.0, 150.0, 150.0, 160.0, 170.0).reached()).isTrue();
        assertThat(tasksGoal(120.0, 149.0, 149.0, 160.0, 170.0).reached()).isFalse();
        assertThat(tasksGoal(119.0, 150.0, 150.0, 160.0, 170.0).reached()).isFalse();
    }

    @Test
    void throughputOfTooFewForksIsMissedOrNotJudged() {
        assertThat(tasksGoal(150.0, 150.0, 150.0).reached()).isNull();
        assertThat(tasksGoal(150.0, 150.0, 150.0).measured()).contains("fewer than 5");
        assertThat(tasksGoal(140.0, 140.0, 140.0).reached()).isFalse();
    }

    @Test
    void aGoalIsJudgedByTheWorstFork() {
        Map<String, String> none = Map.of();
        List<Result> within = List.of(Results.of(
                SteadyStateBenchmark.class, "scheduleAndPoll", none, Result.TIME, List.of(20.0, 30.0, 21.0)));
        List<Result> beyond = List.of(Results.of(
                SteadyStateBenchmark.class, "scheduleAndPoll", none, Result.TIME, List.of(20.0, 31.0, 21.0)));
        assertThat(goal("schedule a BH and poll(false) that runs it", within).reached())
                .isTrue();
        assertThat(goal("schedule a BH and poll(false) that runs it", beyond).reached())
                .isFalse();
    }

    private static Result process(String peer, double millis) {
        return Results.of(
                FirstOpen.class,
                "wholeProcess",
                Map.of("peer", peer, "cache", "NONE"),
                Result.TIME,
                Collections.nCopies(20, millis * 1e6));
    }

    @Test
    void theFirstOpenIsWhatItTakesBeyondAJvmThatDoesNothing() {
        assertThat(goal("the first open of a JVM", List.of(process("NOTHING", 80), process("AIO_OFF", 200)))
                        .reached())
                .isTrue();
        assertThat(goal("the first open of a JVM", List.of(process("NOTHING", 80), process("AIO_OFF", 201)))
                        .reached())
                .isFalse();
    }

    private static Result interest(String peer, Double... nanos) {
        return Results.of(InterestBenchmark.class, "change", Map.of("peer", peer), Result.TIME, List.of(nanos));
    }

    @Test
    void aChangeOfInterestIsComparedWithOneSystemCallOfTheSameRound() {
        String work = "interest from READ to WRITE";
        Result inC = interest("C_EPOLL", 500.0, 400.0);
        assertThat(goal(work, List.of(interest("AIO_EPOLL", 600.0, 480.0), inC)).reached())
                .isTrue();
        assertThat(goal(work, List.of(interest("AIO_EPOLL", 600.0, 500.0), inC)).reached())
                .isFalse();
    }

    @Test
    void aCallByAVirtualThreadIsComparedWithParking() {
        String work = "a virtual thread has the loop make a call";
        Result park = Results.time(VirtualThreadBenchmark.class, "thereAndBack", Map.of("peer", "PARK"), 5000);
        Result call = Results.time(VirtualThreadBenchmark.class, "thereAndBack", Map.of("peer", "AIO_CALL"), 6100);
        assertThat(goal(work, List.of(park, call)).reached()).isFalse();
        assertThat(goal(work, List.of(park, call)).measured()).contains("1.22 ×");
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
