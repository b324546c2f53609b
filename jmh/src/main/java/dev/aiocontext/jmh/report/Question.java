package dev.aiocontext.jmh.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        List<Case> cases = Case.of(benchmarks).stream().filter(sensible).toList();
        return switch (suite) {
            case FULL -> cases;
            case SHORT -> cases.stream().filter(inShortSuite).toList();
            case TASKS ->
                cases.stream()
                        .filter(next -> next.kind() == Case.Kind.THROUGHPUT && Questions.isOfTheGoal(next))
                        .toList();
            case SMOKE -> oneOfEachKind(cases);
        };
    }

    /** One for each method and row: whatever has code of its own. */
    private static List<Case> oneOfEachKind(List<Case> cases) {
        Map<String, Case> kinds = new LinkedHashMap<>();
        for (Case next : cases) {
            String kind = String.join(
                    " ",
                    next.benchmark(),
                    next.param("peer"),
                    next.param("relay"),
                    next.param("polling"),
                    next.param("call"));
            kinds.putIfAbsent(kind, next);
        }
        return List.copyOf(kinds.values());
    }

    /** The results that answer it. */
    List<Result> of(List<Result> results) {
        return results.stream()
                .filter(result -> result.benchmark().startsWith(benchmarks.getName() + "."))
                .toList();
    }
}
