package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.report.Run.GoalResult;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds what two runs on different days agree on. README quotes nothing else, and quotes it with both dates. */
final class Confirmed {
    private Confirmed() {}

    /**
     * Finds the goals that both runs reached.
     *
     * @return a line for each, with what was measured on each day
     * @throws IllegalArgumentException if the runs are of the same day
     */
    static List<String> by(Run earlier, Run later) {
        LocalDate first = day(earlier);
        LocalDate second = day(later);
        if (first.equals(second)) {
            throw new IllegalArgumentException("both runs are of " + first + ": a second run is one of another day");
        }
        List<String> lines = new ArrayList<>();
        for (GoalResult goal : Goals.of(earlier.results())) {
            Optional<GoalResult> again = Goals.of(later.results()).stream()
                    .filter(other -> other.work().equals(goal.work()))
                    .findFirst();
            if (isReached(goal) && again.filter(Confirmed::isReached).isPresent()) {
                lines.add(goal.work() + " (" + goal.goal() + "): " + goal.measured() + " (" + first + "), "
                        + again.get().measured() + " (" + second + ")");
            }
        }
        return lines;
    }

    private static boolean isReached(GoalResult goal) {
        return Boolean.TRUE.equals(goal.reached());
    }

    private static LocalDate day(Run run) {
        return LocalDate.ofInstant(Instant.parse(run.date()), ZoneOffset.UTC);
    }
}
