package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.report.Chart.Dot;
import dev.aiocontext.jmh.report.Chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which charts go with which question. */
final class Drawings {
    private static final String RANGE = "dot: median; line: from the lowest fork to the highest";
    private static final List<Double> RANKS = List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99);
    private static final Set<String> DISTRIBUTIONS =
            Set.of("AIO_EPOLL", "NETTY_NIO", "NETTY_EPOLL", "SELECTOR", "THREAD_POOL", "C_EPOLL");

    /** What is done to timers, and the title of its chart. */
    static final SequencedMap<String, String> TIMERS = timers();

    /** Whose timers the charts show. */
    static final Set<String> TIMER_PEERS = Set.of(
            "AIO_TIMER",
            "NETTY_QUEUE",
            "HASHED_WHEEL",
            "AGRONA_WHEEL",
            "SCHEDULED_POOL",
            "FORK_JOIN",
            "COMPARE_AND_SET");

    private Drawings() {}

    private static SequencedMap<String, String> timers() {
        SequencedMap<String, String> titles = new LinkedHashMap<>();
        titles.put("cancel", "Cancel a timer");
        titles.put("rearmLater", "Arm a timer for later than before");
        titles.put("arm", "Arm a timer");
        titles.put("fire", "Fire a timer, all at once");
        titles.put("request", "Timeouts of a server: re-arm, cancel, arm, one in a hundred fires");
        return titles;
    }

    /** The charts of a question, by name, as SVG. */
    static Map<String, String> of(Question question, List<Result> results) {
        Map<String, String> charts = new LinkedHashMap<>();
        switch (question.id()) {
            case "relay" -> {
                charts.put(
                        "relay",
                        dots(
                                "The relay's price",
                                results,
                                Map.of("notifier", "the notifier's call", "wakeup", "until the loop runs")));
                charts.put(
                        "relay-latency",
                        distribution(
                                "Waking a blocked loop, with and without the relay",
                                results,
                                of -> of.method().equals("wakeup") && Side.of(of.param("peer")) == Side.OURS));
            }
            case "insurance" ->
                charts.put(
                        "insurance",
                        dotsToLongest(
                                "Insurances: price and worth",
                                results,
                                Map.of(
                                        "notifier",
                                        "price: the notifier's call",
                                        "wakeup",
                                        "price: until the loop runs",
                                        "rescue",
                                        "worth: until it runs, doorbell lost (line: to the latest)")));
            case "round-trip" -> {
                charts.put("round-trip", roundTrips(results));
                charts.put(
                        "round-trip-latency",
                        distribution(
                                "Round trip, two cores, the asker parks",
                                results,
                                of -> of.param("pin").equals("TWO")
                                        && of.param("reply").equals("PARK")
                                        && DISTRIBUTIONS.contains(of.param("peer"))));
            }
            case "tasks" -> {
                charts.put("tasks", tasks("producers", "Tasks handed to a loop and run", results));
                charts.put("tasks-latch", tasks("latch", "The same in batches of 10,000 with a latch", results));
            }
            case "timers" ->
                TIMERS.forEach((method, title) -> charts.put("timers-" + method, timers(method, title, results)));
            case "late-timers" -> {
                charts.put("late-timers-idle", late("How late is a timer, the loop sleeps", "IDLE", results));
                charts.put("late-timers-polling", late("How late is a timer, the loop polls", "POLLING", results));
            }
            case "first-open" -> charts.put("first-open", firstOpens(results));
            case "descriptors" -> charts.put("descriptors", descriptors(results));
            default -> {}
        }
        charts.values().removeIf(String::isEmpty);
        return charts;
    }

    private static String rowOf(Result result) {
        return Names.of(result.param("peer")) + (result.param("polling").equals("ON") ? ", polling" : "");
    }

    /** Methods as series, peers as rows. */
    private static String dots(String title, List<Result> results, Map<String, String> methods) {
        List<Dot> dots = ofMethods(results, methods)
                .map(result -> Dot.ofForks(methods.getOrDefault(result.method(), ""), rowOf(result), result))
                .toList();
        return dots.isEmpty() ? "" : Chart.dots(title, RANGE, true, Words::shortTime, dots);
    }

    /** The same with a line from the median to the longest. */
    private static String dotsToLongest(String title, List<Result> results, Map<String, String> methods) {
        List<Dot> dots = ofMethods(results, methods)
                .map(result -> new Dot(
                        methods.getOrDefault(result.method(), ""),
                        rowOf(result),
                        result.median(),
                        result.median(),
                        result.percentiles().getOrDefault("p100", result.median())))
                .toList();
        return dots.isEmpty() ? "" : Chart.dots(title, "dot: median", true, Words::shortTime, dots);
    }

    private static Stream<Result> ofMethods(List<Result> results, Map<String, String> methods) {
        return results.stream()
                .filter(result -> methods.containsKey(result.method())
                        && !result.percentiles().isEmpty());
    }

    private static String roundTrips(List<Result> results) {
        List<Dot> dots = new ArrayList<>();
        for (Result result : results) {
            String column = result.param("pin") + result.param("reply");
            String series = Map.of(
                            "ONEPARK",
                            "one core, the asker parks",
                            "TWOPARK",
                            "two cores, the asker parks",
                            "TWOSPIN",
                            "two cores, the asker spins")
                    .get(column);
            if (series != null) {
                dots.add(Dot.ofForks(series, rowOf(result), result));
            }
        }
        return dots.isEmpty()
                ? ""
                : Chart.dots("Waking a blocked loop, and the answer", RANGE, true, Words::shortTime, dots);
    }

    private static String tasks(String shape, String title, List<Result> results) {
        List<Dot> dots = results.stream()
                .filter(result -> result.method().startsWith(shape))
                .map(result -> Dot.ofForks(
                        result.method().replace(shape, "") + (result.method().endsWith("1") ? " thread" : " threads"),
                        rowOf(result),
                        result))
                .toList();
        return dots.isEmpty() ? "" : Chart.dots(title, "tasks per second; " + RANGE, false, Words::rate, dots);
    }

    private static String firstOpens(List<Result> results) {
        List<Dot> dots = results.stream()
                .map(result -> Dot.ofForks(Names.of("cache", result.param("cache")), rowOf(result), result))
                .toList();
        return dots.isEmpty()
                ? ""
                : Chart.dots(
                        "A whole process that opens a first loop",
                        "dot: median; line: the middle half",
                        false,
                        Words::shortTime,
                        dots);
    }

    private static String timers(String method, String title, List<Result> results) {
        View view = View.ratio(title, method, "processorNanos", "count", Result.TIME);
        List<Point> points = view.of(results).stream()
                .filter(result -> TIMER_PEERS.contains(result.param("peer")) && result.median() > 0)
                .map(result -> new Point(rowOf(result), Double.parseDouble(result.param("pending")), result.median()))
                .toList();
        return points.isEmpty()
                ? ""
                : Chart.curves(
                        title,
                        "timers that are pending",
                        value -> String.format(Locale.ROOT, "%,.0f", value),
                        "processor time of one",
                        Words::shortTime,
                        points);
    }

    private static String late(String title, String delay, List<Result> results) {
        return distribution(title, results, of -> of.param("delay").equals(delay));
    }

    private static String descriptors(List<Result> results) {
        List<Point> points = results.stream()
                .filter(result -> result.method().equals("oneActive"))
                .map(result ->
                        new Point(rowOf(result), Double.parseDouble(result.param("descriptors")), result.median()))
                .toList();
        return points.isEmpty()
                ? ""
                : Chart.curves(
                        "An event of one descriptor among many",
                        "descriptors that the loop watches",
                        value -> String.format(Locale.ROOT, "%,.0f", value),
                        "one event",
                        Words::shortTime,
                        points);
    }

    /** How long the slowest take: one of 2 by the median, one of 100 by p99. */
    private static String distribution(String title, List<Result> results, Predicate<Result> some) {
        List<Point> points = new ArrayList<>();
        results.stream().filter(some).forEach(result -> {
            for (double rank : RANKS) {
                String name = "p" + (rank == Math.rint(rank) ? String.valueOf((long) rank) : String.valueOf(rank));
                Double value = result.percentiles().get(name);
                if (value != null) {
                    points.add(new Point(rowOf(result), 100 / (100 - rank), value));
                }
            }
        });
        return points.isEmpty()
                ? ""
                : Chart.curves(
                        title,
                        "one of so many takes longer",
                        value -> String.format(Locale.ROOT, "%,.0f", value),
                        "time",
                        Words::shortTime,
                        points);
    }
}
