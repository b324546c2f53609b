package dev.aiocontext.stress;

import dev.aiocontext.stress.specimens.SeenOn;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/** What the specimens have shown. */
final class Museum {
    private static final String ARCH = System.getProperty("os.arch");

    private final InProcessCollector results;

    Museum(InProcessCollector results) {
        this.results = results;
    }

    /** How often a test was run, and its bug was seen. */
    private record Count(long seen, long runs) {
        static final Count NONE = new Count(0, 0);

        Count plus(Count other) {
            return new Count(seen + other.seen, runs + other.runs);
        }
    }

    /** Those of the tests that must show their bug on this machine, and have not. */
    NavigableSet<String> unseen(Collection<String> tests) throws ClassNotFoundException {
        NavigableMap<String, Count> counts = counts();
        NavigableSet<String> unseen = new TreeSet<>();
        for (String test : tests) {
            if (mustShow(test) && counts.getOrDefault(test, Count.NONE).seen == 0) {
                unseen.add(test);
            }
        }
        return unseen;
    }

    private static boolean mustShow(String test) throws ClassNotFoundException {
        @Nullable
        SeenOn seenOn = Class.forName(TestList.getInfo(test).binaryName()).getAnnotation(SeenOn.class);
        return seenOn != null && Arrays.asList(seenOn.value()).contains(ARCH);
    }

    private NavigableMap<String, Count> counts() {
        NavigableMap<String, Count> counts = new TreeMap<>();
        for (TestResult result : List.copyOf(results.getTestResults())) {
            long bad = result.grading().gradingResults.values().stream()
                    .filter(grade -> grade.expect != Expect.ACCEPTABLE)
                    .mapToLong(grade -> grade.count)
                    .sum();
            counts.merge(result.getName(), new Count(bad, result.getTotalCount()), Count::plus);
        }
        return counts;
    }

    /** Prints the table of README.md. */
    void print(PrintStream out) {
        NavigableMap<String, Count> counts = counts();
        String row = "| %-20s | %-26s | %-26s |%n";
        out.printf(row, "specimen, " + ARCH, "as it was: lost", "as repaired: lost");
        out.printf(row, "---", "---", "---");
        counts.keySet().stream()
                .filter(test -> test.startsWith(SeenOn.class.getPackageName() + '.'))
                .map(test -> test.substring(0, test.lastIndexOf('.')))
                .distinct()
                .forEach(specimen -> out.printf(
                        row,
                        specimen.substring(specimen.lastIndexOf('.') + 1),
                        inWords(counts.get(specimen + ".AsItWas")),
                        inWords(counts.get(specimen + ".AsRepaired"))));
        out.println();
    }

    private static String inWords(@Nullable Count count) {
        Count known = Objects.requireNonNullElse(count, Count.NONE);
        return "%,d of %,d".formatted(known.seen, known.runs);
    }
}
