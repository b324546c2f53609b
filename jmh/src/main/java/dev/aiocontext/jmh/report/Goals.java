package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.AwakeLoopBenchmark;
import dev.aiocontext.jmh.DescriptorBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import dev.aiocontext.jmh.TwoLoopsBenchmark;
import dev.aiocontext.jmh.report.Run.GoalResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures that the library is to reach, and whether it did in a run. */
final class Goals {
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

    /** What was measured, in words, and whether it is enough. */
    private record Verdict(String measured, boolean reached) {}

    private void all() {
        add("wake-up, loop awake", "at most 3 ns, at most 1.3 × C", this::awake);
        add("schedule a BH and poll(false) that runs it", "at most 30 ns", () -> {
            double nanos = median(SteadyStateBenchmark.class, "scheduleAndPoll", Map.of());
            return new Verdict(Words.time(nanos), nanos <= 30);
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
        add("tasks/s, one producer", "at least 1.5 × the best of Netty", () -> {
            double ours =
                    best(TasksBenchmark.class, "producers1", Goals::isOurs).median();
            double netty =
                    best(TasksBenchmark.class, "producers1", Goals::isNetty).median();
            return new Verdict(
                    Words.rate(ours) + ", " + Words.ratio(ours / netty) + " the best of Netty", ours >= 1.5 * netty);
        });
        add("1 active of 1,000 descriptors", "at least 1.3 × Netty epoll", () -> {
            double ours = event("AIO_EPOLL", "1000");
            double netty = event("NETTY_EPOLL", "1000");
            return new Verdict(
                    Words.time(ours) + " an event, " + Words.ratio(netty / ours) + " as many as Netty",
                    netty >= 1.3 * ours);
        });
        add("growth from 1 to 10,000 descriptors", "at most 1.2 ×", () -> {
            double growth = event("AIO_EPOLL", "10000") / event("AIO_EPOLL", "1");
            return new Verdict(Words.ratio(growth), growth <= 1.2);
        });
        goals.add(new GoalResult(
                "relay OFF",
                "within 2 % of a build without it",
                "one build cannot tell: see docs/benchmarks.md",
                null));
        add("relay THREAD", "at most half of PROCESS to the notifier", () -> {
            double off = notifier("AIO_OFF");
            double thread = notifier("AIO_THREAD") - off;
            double process = notifier("AIO_PROCESS") - off;
            return new Verdict(
                    "THREAD + " + Words.time(thread) + ", PROCESS + " + Words.time(process), thread <= process / 2);
        });
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
        double ours = median(AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "AIO_WAKEUP", "relay", "OFF"));
        double inC = median(AwakeLoopBenchmark.class, "notifyAwake", Map.of("peer", "C_FLAG"));
        return new Verdict(Words.time(ours) + ", " + Words.ratio(ours / inC) + " C", ours <= 3 && ours <= 1.3 * inC);
    }

    private Verdict oneShot() {
        Result task = one(SteadyStateBenchmark.class, "executeManyAndPoll", Map.of());
        double bytes = task.counters().getOrDefault(Result.OWN_BYTES, Double.NaN);
        return new Verdict(
                Words.time(task.median()) + ", " + Words.digits(bytes) + " B",
                task.median() <= 10 && bytes < Allocation.NOTHING);
    }

    private Verdict polled() {
        Predicate<Result> here = result ->
                result.param("pin").equals("TWO") && result.param("reply").equals("SPIN");
        double ours = best(
                        RoundTripBenchmark.class,
                        "roundTrip",
                        here.and(Goals::isOurs)
                                .and(result -> result.param("polling").equals("ON")))
                .median();
        double netty = best(RoundTripBenchmark.class, "roundTrip", here.and(Goals::isNetty))
                .median();
        return new Verdict(
                Words.time(ours) + ", " + Words.ratio(netty / ours) + " as fast as Netty's best",
                ours <= 300 && netty >= 30 * ours);
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
            double ours = best(column.getValue(), Goals::isOurs).median();
            double peer = best(column.getValue(), result -> Side.of(result.param("peer")) == Side.PEER)
                    .median();
            double inC = best(column.getValue(), result -> result.param("peer").equals("C_POLL"))
                    .median();
            words.add(column.getKey() + ": " + Words.ratio(ours / peer) + " the fastest peer, "
                    + Words.ratio(ours / inC) + " C poll");
            reached &= ours <= peer && ours <= 1.15 * inC;
        }
        return new Verdict(String.join("; ", words), reached);
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

    private double event(String peer, String descriptors) {
        return median(DescriptorBenchmark.class, "oneActive", Map.of("peer", peer, "descriptors", descriptors));
    }

    private double notifier(String peer) {
        return median(RelayBenchmark.class, "notifier", Map.of("peer", peer));
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

    private Result best(Class<?> benchmarks, String method, Predicate<Result> some) {
        return best(of(benchmarks, method).toList(), some);
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

    private double median(Class<?> benchmarks, String method, Map<String, String> params) {
        return one(benchmarks, method, params).median();
    }
}
