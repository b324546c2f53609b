package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.TimerBenchmark;
import dev.aiocontext.jmh.TimerLateness;
import dev.aiocontext.jmh.report.Goals.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * What timers are to reach. What a timer costs is the processor time of the thread that has the timers, of all forks together, so
 * these goals have no range. Lateness is judged by the worse end, as everything else is.
 */
final class TimerGoals {
    static final String CANCEL = "cancel a timer, and re-arm it to later";
    static final String ARM = "arm a timer";
    static final String FIRE = "fire a timer, dispatch included";
    static final String ARM_ELSEWHERE = "arm a timer from another thread, the loop awake";
    static final String SERVER = "timeouts of a server, a million pending";
    static final String LATE_ASLEEP = "lateness of an exact timer, the loop asleep";
    static final String LATE_POLLING = "lateness of an exact timer, the loop polls adaptively";

    private static final String FEW = "1000";
    private static final String MANY = "1000000";
    private static final String OURS = "AIO_TIMER";
    private static final double CANCEL_NANOS = 5;
    private static final double ARM_NANOS = 25;
    private static final double FIRE_NANOS = 40;
    private static final double ARM_ELSEWHERE_NANOS = 40;
    private static final double TIMES_FASTER = 10;
    private static final double TIMES_AS_LATE = 1.1;
    private static final double LATE_NANOS = 5000;

    private final List<Result> results;

    TimerGoals(List<Result> results) {
        this.results = results;
    }

    /** One of these goals. */
    record Goal(String work, String goal, Supplier<Verdict> judge) {}

    List<Goal> all() {
        return List.of(
                new Goal(
                        CANCEL,
                        "at most 5 ns each with a thousand; with a million at most 5 ns beyond one compare-and-set, because the cache misses",
                        this::cancel),
                new Goal(ARM, "at most 25 ns, with a thousand and with a million", () -> atMost("arm", ARM_NANOS)),
                new Goal(
                        FIRE,
                        "at most 40 ns amortised, with a thousand and with a million",
                        () -> atMost("fire", FIRE_NANOS)),
                new Goal(ARM_ELSEWHERE, "at most 40 ns", this::armElsewhere),
                new Goal(
                        SERVER,
                        "at least 10 × faster than Netty's queue and ScheduledThreadPoolExecutor",
                        this::server),
                new Goal(LATE_ASLEEP, "median and p99 at most 1.1 × a timerfd in C", this::asleep),
                new Goal(LATE_POLLING, "p99 at most 5 µs", this::polling));
    }

    private Verdict cancel() {
        List<String> words = new ArrayList<>();
        boolean reached = true;
        for (String method : List.of("cancel", "rearmLater")) {
            double few = nanos(method, OURS, FEW);
            double many = nanos(method, OURS, MANY);
            double beyond = many - nanos(method, "COMPARE_AND_SET", MANY);
            words.add((method.equals("cancel") ? "cancel " : "re-arm ") + Words.time(few) + ", with a million "
                    + Words.time(many) + " (" + Words.digits(beyond) + " ns beyond)");
            reached &= few <= CANCEL_NANOS && beyond <= CANCEL_NANOS;
        }
        return new Verdict(String.join("; ", words), reached);
    }

    private Verdict atMost(String method, double limit) {
        double few = nanos(method, OURS, FEW);
        double many = nanos(method, OURS, MANY);
        return new Verdict(Words.time(few) + ", with a million " + Words.time(many), few <= limit && many <= limit);
    }

    private Verdict armElsewhere() {
        double nanos = nanos("armElsewhere", Map.of("peer", OURS));
        return new Verdict(Words.time(nanos), nanos <= ARM_ELSEWHERE_NANOS);
    }

    private Verdict server() {
        double ours = nanos("request", OURS, MANY);
        double netty = nanos("request", "NETTY_QUEUE", MANY) / ours;
        double pool = nanos("request", "SCHEDULED_POOL", MANY) / ours;
        return new Verdict(
                Words.time(ours) + ", " + Words.ratio(netty) + " as fast as Netty's queue, " + Words.ratio(pool)
                        + " as fast as ScheduledThreadPoolExecutor",
                netty >= TIMES_FASTER && pool >= TIMES_FASTER);
    }

    /** The processor time of one operation. */
    private double nanos(String method, String peer, String pending) {
        return nanos(method, Map.of("peer", peer, "pending", pending));
    }

    private double nanos(String method, Map<String, String> params) {
        List<Result> measured = results.stream()
                .filter(result -> result.benchmark().equals(TimerBenchmark.class.getName() + "." + method)
                        && result.params().entrySet().containsAll(params.entrySet()))
                .toList();
        return View.ratio("", method, "processorNanos", "count", Result.TIME).of(measured).stream()
                .mapToDouble(Result::median)
                .findFirst()
                .orElseThrow();
    }

    private Verdict asleep() {
        List<String> words = new ArrayList<>();
        boolean reached = true;
        for (Map.Entry<String, View> figure : lateness().entrySet()) {
            List<Result> figures = figure.getValue().of(late("IDLE"));
            Result inC = figures.stream()
                    .filter(result -> result.param("peer").equals("C_TIMERFD"))
                    .findFirst()
                    .orElseThrow();
            for (Result ours : ours(figures)) {
                Range ratio = ours.ratioTo(inC);
                words.add(Names.of(ours.param("peer")) + ", " + figure.getKey() + ": " + Words.withRange(ours) + ", "
                        + Words.ratio(ratio) + " C");
                reached &= ratio.atMost(TIMES_AS_LATE);
            }
        }
        return new Verdict(String.join("; ", words), reached);
    }

    private static Map<String, View> lateness() {
        Map<String, View> figures = new LinkedHashMap<>();
        figures.put("median", View.median("", "late"));
        figures.put("p99", View.percentile("", "late", "p99"));
        return figures;
    }

    private Verdict polling() {
        List<String> words = new ArrayList<>();
        boolean reached = true;
        for (Result ours : ours(View.percentile("", "late", "p99").of(late("POLLING")))) {
            words.add(Names.of(ours.param("peer")) + ": " + Words.withRange(ours));
            reached &= ours.range().atMost(LATE_NANOS);
        }
        return new Verdict(String.join("; ", words), reached);
    }

    private List<Result> late(String delay) {
        return results.stream()
                .filter(result -> result.benchmark().equals(TimerLateness.class.getName() + ".late")
                        && result.param("delay").equals(delay))
                .toList();
    }

    /** Those of the library, one at least. */
    private static List<Result> ours(List<Result> figures) {
        List<Result> ours = figures.stream()
                .filter(result -> Side.of(result.param("peer")) == Side.OURS)
                .toList();
        if (ours.isEmpty()) {
            throw new NoSuchElementException();
        }
        return ours;
    }
}
