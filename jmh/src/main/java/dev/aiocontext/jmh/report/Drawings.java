package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.report.Chart.Dot;
import dev.aiocontext.jmh.report.Chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Which charts go with which question. */
final class Drawings {
    private static final String MEDIAN_TO_P99 = "dot: median; line: to p99";
    private static final List<Double> RANKS = List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99);
    private static final Set<String> DISTRIBUTIONS =
            Set.of("AIO_EPOLL", "NETTY_NIO", "NETTY_EPOLL", "SELECTOR", "THREAD_POOL", "C_EPOLL");

    private Drawings() {}

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
                                Map.of("notifier", "the notifier's call", "wakeup", "until the loop runs"),
                                "p99"));
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
                        dots(
                                "Insurances: price and worth",
                                results,
                                Map.of(
                                        "notifier",
                                        "price: the notifier's call",
                                        "wakeup",
                                        "price: until the loop runs",
                                        "rescue",
                                        "worth: until it runs, doorbell lost (line: to the latest)"),
                                "p100"));
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
            case "tasks" -> charts.put("tasks", tasks(results));
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
    private static String dots(String title, List<Result> results, Map<String, String> methods, String far) {
        List<Dot> dots = results.stream()
                .filter(result -> methods.containsKey(result.method())
                        && !result.percentiles().isEmpty())
                .map(result -> new Dot(
                        methods.getOrDefault(result.method(), ""),
                        rowOf(result),
                        result.median(),
                        result.percentiles().getOrDefault(far, result.median())))
                .toList();
        return dots.isEmpty()
                ? ""
                : Chart.dots(title, far.equals("p99") ? MEDIAN_TO_P99 : "dot: median", true, Words::shortTime, dots);
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
                dots.add(new Dot(
                        series,
                        rowOf(result),
                        result.median(),
                        result.percentiles().getOrDefault("p99", result.median())));
            }
        }
        return dots.isEmpty()
                ? ""
                : Chart.dots("Waking a blocked loop, and the answer", MEDIAN_TO_P99, true, Words::shortTime, dots);
    }

    private static String tasks(List<Result> results) {
        List<Dot> dots = results.stream()
                .map(result -> new Dot(
                        result.method().replace("producers", "")
                                + (result.method().endsWith("1") ? " thread" : " threads"),
                        rowOf(result),
                        result.median(),
                        result.median()))
                .toList();
        return dots.isEmpty()
                ? ""
                : Chart.dots("Tasks handed to a loop and run", "tasks per second", false, Words::rate, dots);
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
