package dev.aiocontext.jmh.report;

import java.util.List;
import java.util.function.Predicate;

/**
 * A question that a class of benchmarks answers, and how the report shows the answer.
 *
 * @param id a name for links and files
 * @param title the question, short
 * @param text what is measured and how to read it
 * @param benchmarks the class
 * @param views the tables, with a row for each value of one parameter and a column for each combination of the others
 * @param sensible which combinations of parameters are a case at all
 * @param inShortSuite which of those are in the short suite too
 */
record Question(
        String id,
        String title,
        String text,
        Class<?> benchmarks,
        List<View> views,
        Predicate<Case> sensible,
        Predicate<Case> inShortSuite) {
    List<Case> cases(Suite suite) {
        return Case.of(benchmarks).stream()
                .filter(sensible)
                .filter(suite == Suite.SHORT ? inShortSuite : all -> true)
                .toList();
    }

    /** The results that answer it. */
    List<Result> of(List<Result> results) {
        return results.stream()
                .filter(result -> result.benchmark().startsWith(benchmarks.getName() + "."))
                .toList();
    }
}
