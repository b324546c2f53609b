package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.AwakeLoopBenchmark;
import dev.aiocontext.jmh.DescriptorBenchmark;
import dev.aiocontext.jmh.InterestBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import dev.aiocontext.jmh.TwoLoopsBenchmark;
import dev.aiocontext.jmh.VirtualThreadBenchmark;
import dev.aiocontext.jmh.report.Run.GoalResult;
import dev.aiocontext.jmh.startup.FirstOpen;
import dev.aiocontext.jmh.startup.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures that the library is to reach, and whether it did in a run. The worse end of what was measured is what counts:
 * of several forks, the one that is the furthest from the goal.
 */
final class Goals {
    /** No run tells whether this one is reached. */
    static final String RELAY_OFF = "relay OFF";

    private static final int FORKS_FOR_TASKS = 5;
    private static final double FIRST_OPEN_NANOS = 120e6;
    private static final List<String> TASKS =
            List.of("producers1", "producers2", "producers4", "latch1", "latch2", "latch4");

    private final List<Result> results;
    private final List<GoalResult> goals = new ArrayList<>();

    private Goals(List<Result> results) {
        this.results = results;
    }

    /** What a run says of all goals. */
    static List<GoalResult> of(List<Result> results) {
        Goals goals = new Goals(results);
        goals.all();
        return goals.goals;
    }

    /** What was measured, in words, and whether the worse end of it is enough; null if there was too little to tell. */
    record Verdict(String measured, @Nullable Boolean reached) {}

    private void all() {
        add("wake-up, loop awake", "at most 3 ns, at most 1.3 × C", this::awake);
        add("schedule a BH and poll(false) that runs it", "at most 30 ns", () -> {
            Result piece = one(SteadyStateBenchmark.class, "scheduleAndPoll", Map.of());
            return new Verdict(Words.withRange(piece), piece.range().atMost(30));
        });
        add("execute a one-shot, and run it", "at most 10 ns, 0 B beyond the caller's lambda", this::oneShot);
        add(
                "round trip, adaptive polling, two cores",
                "at most 300 ns; at least 30 × faster than Netty's best",
                this::polled);
        add(
                "round trip, blocking",
                "no slower than the fastest peer in the same pinning; at most 1.15 × C poll",
                this::blocking);
        add(
                "tasks/s, from 1, 2 and 4 producers, in both shapes of batch",
                "at least 1.5 × the best of Netty in each, by the median of 5 forks or more that take turns, and no round below 1.2 ×",
                this::tasks);
        add("1 active of 1,000 descriptors", "at least 1.3 × Netty epoll", () -> {
            Result ours = event("AIO_EPOLL", "1000");
            Range faster = event("NETTY_EPOLL", "1000").ratioTo(ours);
            return new Verdict(
                    Words.withRange(ours) + " an event, " + Words.ratio(faster) + " as many as Netty",
                    faster.atLeast(1.3));
        });
        add("growth from 1 to 10,000 descriptors", "at most 1.2 ×", () -> {
            Range growth = event("AIO_EPOLL", "10000").ratioTo(event("AIO_EPOLL", "1"));
            return new Verdict(Words.ratio(growth), growth.atMost(1.2));
        });
        add("interest from READ to WRITE", "at most 1.2 × one epoll_ctl(2) in C", () -> {
            Result ours = one(InterestBenchmark.class, "change", Map.of("peer", "AIO_EPOLL"));
            Range inC = ours.ratioTo(one(InterestBenchmark.class, "change", Map.of("peer", "C_EPOLL")));
            return new Verdict(Words.withRange(ours) + ", " + Words.ratio(inC) + " C", inC.atMost(1.2));
        });
        for (TimerGoals.Goal timers : new TimerGoals(results).all()) {
            add(timers.work(), timers.goal(), timers.judge());
        }
        add("a virtual thread has the loop make a call", "at most 1.2 × a park and an unpark each way", () -> {
            Result ours = one(VirtualThreadBenchmark.class, "thereAndBack", Map.of("peer", "AIO_CALL"));
            Range least = ours.ratioTo(one(VirtualThreadBenchmark.class, "thereAndBack", Map.of("peer", "PARK")));
            return new Verdict(Words.withRange(ours) + ", " + Words.ratio(least) + " as long", least.atMost(1.2));
        });
        goals.add(new GoalResult(
                RELAY_OFF, "within 2 % of a build without it", "one build cannot tell: see docs/benchmarks.md", null));
        add("relay THREAD", "at most half of PROCESS to the notifier", this::relay);
        add("the first open of a JVM", "at most 120 ms beyond a JVM that does nothing", this::firstOpen);
        add("allocation", "0 B per operation", this::allocation);
    }

    /** A case that was not measured leaves the goal open. */
    private void add(String work, String goal, Supplier<Verdict> judge) {
        try {
            Verdict verdict = judge.get();
            goals.add(new GoalResult(work, goal, verdict.measured(), verdict.reached()));
        } catch (NoSuchElementException notMeasured) {
            goals.add(new GoalResult(work, goal, "", null));
        }
    }

    private Verdict awake() {
        Result ours = one(AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "AIO_WAKEUP", "relay", "OFF"));
        Range ratio = ours.ratioTo(one(AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "C_FLAG")));
        return new Verdict(
                Words.withRange(ours) + ", " + Words.ratio(ratio) + " C",
                ours.range().atMost(3) && ratio.atMost(1.3));
    }

    private Verdict oneShot() {
        Result task = one(SteadyStateBenchmark.class, "executeManyAndPoll", Map.of());
        double bytes = task.counters().getOrDefault(Result.OWN_BYTES, Double.NaN);
        return new Verdict(
                Words.withRange(task) + ", " + Words.digits(bytes) + " B",
                task.range().atMost(10) && bytes < Allocation.NOTHING);
    }

    private Verdict polled() {
        List<Result> here = of(RoundTripBenchmark.class, "roundTrip")
                .filter(result -> result.param("pin").equals("TWO")
                        && result.param("reply").equals("SPIN"))
                .toList();
        Result ours =
                best(here, result -> isOurs(result) && result.param("polling").equals("ON"));
        Range faster = Range.of(ours.pairsWithBest(some(here, Goals::isNetty), (mine, theirs) -> theirs / mine));
        return new Verdict(
                Words.withRange(ours) + ", " + Words.ratio(faster) + " as fast as Netty's best",
                ours.range().atMost(300) && faster.atLeast(30));
    }

    private Verdict blocking() {
        Map<String, List<Result>> columns = of(RoundTripBenchmark.class, "roundTrip")
                .filter(result -> result.param("polling").equals("OFF"))
                .collect(Collectors.groupingBy(result ->
                        Names.of("pin", result.param("pin")) + ", " + Names.of("reply", result.param("reply"))));
        if (columns.isEmpty()) {
            throw new NoSuchElementException();
        }
        List<String> words = new ArrayList<>();
        boolean reached = true;
        for (Map.Entry<String, List<Result>> column : columns.entrySet()) {
            Result ours = best(column.getValue(), Goals::isOurs);
            Range peer =
                    ours.ratioToBest(some(column.getValue(), result -> Side.of(result.param("peer")) == Side.PEER));
            Range inC = ours.ratioTo(
                    best(column.getValue(), result -> result.param("peer").equals("C_POLL")));
            words.add(
                    column.getKey() + ": " + Words.ratio(peer) + " the fastest peer, " + Words.ratio(inC) + " C poll");
            reached &= peer.atMost(1) && inC.atMost(1.15);
        }
        return new Verdict(String.join("; ", words), reached);
    }

    private Verdict tasks() {
        List<String> words = new ArrayList<>();
        boolean reached = true;
        boolean enough = true;
        for (String method : TASKS) {
            List<Result> column = of(TasksBenchmark.class, method).toList();
            Result ours = best(column, Goals::isOurs);
            Range ratio = ours.ratioToBest(some(column, Goals::isNetty));
            words.add(method + " " + Words.rate(ours.median()) + ", " + Words.ratio(ratio));
            reached &= ratio.middle() >= 1.5 && ratio.atLeast(1.2);
            enough &= ratio.forks() >= FORKS_FOR_TASKS;
        }
        String measured = String.join("; ", words) + " the best of Netty";
        return enough || !reached
                ? new Verdict(measured, reached)
                : new Verdict(measured + "; fewer than " + FORKS_FOR_TASKS + " forks", null);
    }

    private Verdict relay() {
        Result off = notifier("AIO_OFF");
        List<Double> thread = notifier("AIO_THREAD").beyond(off);
        List<Double> process = notifier("AIO_PROCESS").beyond(off);
        Range beyondHalf = Range.of(Range.pairs(thread, process, (one, other) -> one - other / 2));
        return new Verdict(
                "THREAD + " + Words.withRange(Result.TIME, Range.of(thread)) + ", PROCESS + "
                        + Words.withRange(Result.TIME, Range.of(process)),
                beyondHalf.atMost(0));
    }

    private Verdict firstOpen() {
        Map<String, String> asItIs = Map.of("peer", Program.AIO_OFF.name(), "cache", "NONE");
        Result ours = one(FirstOpen.class, "wholeProcess", asItIs);
        Result nothing = one(FirstOpen.class, "wholeProcess", Map.of("peer", Program.NOTHING.name(), "cache", "NONE"));
        Range beyond = Range.of(ours.beyond(nothing));
        return new Verdict(Words.withRange(Result.TIME, beyond) + " beyond it", beyond.atMost(FIRST_OPEN_NANOS));
    }

    private Verdict allocation() {
        double most = results.stream()
                .filter(Goals::hasNothingAllocatedAround)
                .map(result -> result.counters().get(Result.OWN_BYTES))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElseThrow();
        return new Verdict(
                "at most " + Words.digits(most) + " B, the harness' own left out", most < Allocation.NOTHING);
    }

    /** Where the harness, or what keeps a loop blocked or awake for it, allocates nothing for each operation either. */
    private static boolean hasNothingAllocatedAround(Result result) {
        return result.benchmark().startsWith(SteadyStateBenchmark.class.getName())
                || (result.benchmark().startsWith(TwoLoopsBenchmark.class.getName())
                        && result.param("relay").equals("OFF")
                        && result.param("polling").equals("OFF"));
    }

    private Result event(String peer, String descriptors) {
        return one(DescriptorBenchmark.class, "oneActive", Map.of("peer", peer, "descriptors", descriptors));
    }

    private Result notifier(String peer) {
        return one(RelayBenchmark.class, "notifier", Map.of("peer", peer));
    }

    private static boolean isOurs(Result result) {
        return Side.of(result.param("peer")) == Side.OURS;
    }

    private static boolean isNetty(Result result) {
        return result.param("peer").startsWith("NETTY");
    }

    private Stream<Result> of(Class<?> benchmarks, String method) {
        String name = benchmarks.getName() + "." + method;
        return results.stream().filter(result -> result.benchmark().equals(name));
    }

    /** Those that fulfil it, one at least. */
    private static List<Result> some(List<Result> results, Predicate<Result> some) {
        List<Result> found = results.stream().filter(some).toList();
        if (found.isEmpty()) {
            throw new NoSuchElementException();
        }
        return found;
    }

    private static Result best(List<Result> results, Predicate<Result> some) {
        return Table.best(results, some).orElseThrow();
    }

    private Result one(Class<?> benchmarks, String method, Map<String, String> params) {
        return of(benchmarks, method)
                .filter(result -> result.params().entrySet().containsAll(params.entrySet()))
                .findFirst()
                .orElseThrow();
    }
}
