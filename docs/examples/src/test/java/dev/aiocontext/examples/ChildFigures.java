package dev.aiocontext.examples;

import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Measures what it costs a JVM to start short children and to hear of their ends: by {@code ChildExit}, and by the ways of the JDK, which
 * have a thread for each child. A process for each way; they take turns. Not a test: docs/benchmarks.md has the command.
 */
final class ChildFigures {
    private static final int CHILDREN = Integer.getInteger("children", 10_000);
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int WARM_UPS = 2;

    private ChildFigures() {}

    public static void main(String[] arguments) throws IOException {
        Map<ChildrenClient.Way, Measured> ways = new EnumMap<>(ChildrenClient.Way.class);
        Map<ChildrenClient.Way, List<Measured.Figures>> figures = new EnumMap<>(ChildrenClient.Way.class);
        try {
            for (ChildrenClient.Way way : ChildrenClient.Way.values()) {
                Process process = ChildJvm.onClassPath()
                        .option("-XX:+UseSerialGC")
                        .start(ChildrenClient.class.getName(), way.name(), Integer.toString(CHILDREN / ROUNDS));
                ways.put(way, new Measured(process));
                figures.put(way, new ArrayList<>());
            }
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                for (ChildrenClient.Way way : ChildrenClient.Way.values()) {
                    Measured.Figures turn = ways.get(way).work();
                    if (round >= 0) {
                        figures.get(way).add(turn);
                    }
                }
            }
        } finally {
            for (Measured way : ways.values()) {
                way.close();
            }
        }
        System.out.println("Microseconds of the JVM for a child, the median and the range of " + ROUNDS + " rounds of "
                + CHILDREN / ROUNDS + " children, " + ChildrenClient.AT_ONCE + " at a time.");
        figures.forEach((way, turns) -> System.out.println(String.format(
                Locale.ROOT,
                "%-14s processor time %s, wall time %s, at most %d threads",
                way,
                range(turns, Measured.Figures::cpu),
                range(turns, Measured.Figures::wall),
                turns.stream().mapToInt(Measured.Figures::threads).max().orElseThrow())));
    }

    private static Measured.Range range(List<Measured.Figures> turns, ToLongFunction<Measured.Figures> figure) {
        return Measured.Range.of(
                turns.stream().map(turn -> figure.applyAsLong(turn) / 1e3).toList());
    }
}
