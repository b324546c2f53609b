package dev.aiocontext.jmh.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a report is drawn from; what its JSON holds.
 *
 * @param formatVersion raised when a key goes or changes its meaning
 * @param date when it began, ISO 8601
 * @param commit the commit that was measured, with {@code -dirty} if it was changed
 * @param suite which suite
 * @param seconds how long it took
 * @param machine where it ran
 * @param results what was measured
 * @param notMeasured what was not, and why
 * @param goals the goals, and what of them was reached
 */
public record Run(
        int formatVersion,
        String date,
        String commit,
        String suite,
        long seconds,
        Machine machine,
        List<Result> results,
        List<NotMeasured> notMeasured,
        List<GoalResult> goals) {
    /** The format that this class writes. */
    public static final int FORMAT = 1;

    /** The same, with what it says of the goals as they are now. */
    Run judged() {
        return new Run(formatVersion, date, commit, suite, seconds, machine, results, notMeasured, Goals.of(results));
    }

    /**
     * A case that was not measured.
     *
     * @param name the case
     * @param reason why
     * @param expected whether the machine lacks what it needs; otherwise it failed
     */
    public record NotMeasured(String name, String reason, boolean expected) {}

    /**
     * A goal, and what this run says about it.
     *
     * @param work what is measured
     * @param goal the goal in words
     * @param measured what was measured, in words
     * @param reached whether it was reached; null if this run cannot tell
     */
    public record GoalResult(
            String work,
            String goal,
            String measured,
            @Nullable Boolean reached) {}
}
