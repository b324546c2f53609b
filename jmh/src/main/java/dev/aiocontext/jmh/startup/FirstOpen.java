package dev.aiocontext.jmh.startup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The main class: times whole processes that open a first loop, run it and close it, one program after the other, round after
 * round, and prints a table of the medians. From JDK 25 on, each program is also timed with an AOT cache of its own. The
 * report has the same figures.
 */
public final class FirstOpen {
    private static final int ROUNDS = 20;
    private static final double NANOS_PER_MILLI = 1e6;

    /** A program as it is started, and how long its processes took. */
    private record Row(Program program, boolean cached, List<Double> nanos) {
        /** The milliseconds below which that part of the times lies. */
        double at(double part) {
            List<Double> sorted = nanos.stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * part)) / NANOS_PER_MILLI;
        }
    }

    private FirstOpen() {}

    /**
     * Runs it.
     *
     * @param args how many rounds; 20 without it
     * @throws IOException if a process cannot be started
     */
    public static void main(String[] args) throws IOException {
        int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
        List<Row> rows = new ArrayList<>();
        for (Program program : Program.values()) {
            rows.add(new Row(program, false, new ArrayList<>()));
        }
        if (Processes.canCache()) {
            for (Program program : Program.values()) {
                rows.add(new Row(program, true, new ArrayList<>()));
            }
        }
        try (Processes processes = new Processes()) {
            for (Row row : rows) {
                processes.prepare(row.program, row.cached);
            }
            for (int round = 0; round < rounds; round++) {
                for (Row row : rows) {
                    row.nanos.add(processes.nanos(row.program, row.cached));
                }
            }
        }
        System.out.print(table(rounds, rows));
    }

    private static String table(int rounds, List<Row> rows) {
        StringBuilder table = new StringBuilder("| whole process, median of " + rounds
                + " | ms | middle half | over a JVM that does nothing |\n| --- | --- | --- | --- |\n");
        Row nothing = rows.getFirst();
        for (Row row : rows) {
            if (row.program == Program.NOTHING) {
                nothing = row;
            }
            String name = row.program.title() + (row.cached ? ", AOT cache" : "");
            table.append("| %s | %.0f | %.0f to %.0f | %.0f |%n"
                    .formatted(name, row.at(0.5), row.at(0.25), row.at(0.75), row.at(0.5) - nothing.at(0.5)));
        }
        return table.toString();
    }
}
