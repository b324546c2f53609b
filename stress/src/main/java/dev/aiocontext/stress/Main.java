package dev.aiocontext.stress;

import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.grading.ExceptionReportPrinter;
import org.openjdk.jcstress.infra.grading.HTMLReportPrinter;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * jcstress with its own options, and one thing more: a specimen must show its bug. One that did not gets more time, alone,
 * until it does; one that still does not fails the run, as a forbidden outcome does.
 */
public final class Main {
    /** How many more runs a specimen gets: enough for a machine that is busy, too many for a specimen that is broken. */
    private static final int MORE_RUNS = 50;

    private Main() {}

    /**
     * Runs the tests.
     *
     * @param args jcstress's options; {@code -h} lists them
     * @throws Exception if jcstress cannot work here
     */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        if (!options.parse()) {
            System.exit(2);
        }
        NavigableSet<String> tests = matching(options.getTestFilter());
        if (options.shouldList()) {
            tests.forEach(System.out::println);
            return;
        }
        InProcessCollector results = new InProcessCollector();
        Museum museum = new Museum(results);
        Runs runs = new Runs(options, results);
        runs.run(tests);
        NavigableSet<String> unseen = museum.unseen(tests);
        for (int more = 1; !unseen.isEmpty() && more <= MORE_RUNS; more++) {
            System.out.println("Not seen yet, run no. " + more + " more: " + unseen);
            runs.run(unseen);
            unseen = museum.unseen(unseen);
        }
        new HTMLReportPrinter(options, results, System.out).work();
        System.out.println();
        museum.print(System.out);
        new ExceptionReportPrinter(results).work();
        if (!unseen.isEmpty()) {
            throw new AssertionError("specimens that must show their bug on this machine and did not: " + unseen);
        }
    }

    static NavigableSet<String> matching(String filter) {
        Predicate<String> matches = Pattern.compile(filter).asPredicate();
        NavigableSet<String> matching = new TreeSet<>();
        TestList.tests().stream().filter(matches).forEach(matching::add);
        if (matching.isEmpty()) {
            throw new IllegalArgumentException("no test matches -t " + filter);
        }
        return matching;
    }
}
