package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.RoundTripBenchmark;
import java.util.List;
import java.util.Map;

/** All questions, in the report's order. */
final class Questions {
    private Questions() {}

    static List<Question> all() {
        return List.of(roundTrip());
    }

    private static Question roundTrip() {
        return new Question(
                "Waking a blocked loop, there and back",
                "A thread hands the loop a task and waits until it ran. Each trip starts when the kernel says that the"
                        + " loop's thread sleeps; loops that spin are asked at once. PARK and SPIN: how the asker waits."
                        + " ONE and TWO: both threads pinned to one processor, or to one each of two cores.",
                RoundTripBenchmark.class,
                "peer",
                Map.of("roundTrip", "Round trip"),
                Questions::isSensibleTrip,
                all -> true);
    }

    /** On one processor, who spins keeps the other from running; and adaptive polling is the library's alone. */
    private static boolean isSensibleTrip(Case trip) {
        boolean spins = trip.param("reply").equals("SPIN")
                || trip.param("peer").endsWith("SPIN")
                || !trip.param("polling").equals("OFF");
        boolean polls = trip.param("polling").equals("OFF") || trip.param("peer").startsWith("AIO");
        return polls && !(trip.param("pin").equals("ONE") && spins);
    }
}
