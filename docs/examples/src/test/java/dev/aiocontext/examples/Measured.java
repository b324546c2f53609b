package dev.aiocontext.examples;

import dev.aiocontext.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A program that does its work once for each line of its input, and then prints its processor time and the wall time for one piece of it, in
 * nanoseconds. So several programs can take turns, all of them warmed up.
 */
final class Measured implements AutoCloseable {
    private final Process process;
    private final BufferedReader figures;
    private final OutputStream orders;

    Measured(Process process) {
        this.process = process;
        figures = process.inputReader(StandardCharsets.UTF_8);
        orders = process.getOutputStream();
    }

    /** The processor time and the wall time of a piece of work, in nanoseconds, and how many threads there were, if the program tells. */
    record Figures(long cpu, long wall, int threads) {}

    /** Has it do its work. */
    Figures work() throws IOException {
        orders.write('\n');
        orders.flush();
        String line = ChildProcess.within(ChildProcess.LIMIT, process, figures::readLine, () -> "");
        if (line == null) {
            throw new IOException("it has ended: " + process.info());
        }
        String[] words = line.split(" ", -1);
        int threads = words.length > 2 ? Integer.parseInt(words[2]) : 1;
        return new Figures(Long.parseLong(words[0]), Long.parseLong(words[1]), threads);
    }

    /** Has it do its work so many times. */
    void warmUp(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            work();
        }
    }

    /** It ends with its input. */
    @Override
    public void close() throws IOException {
        orders.close();
        ChildProcess.end(process, () -> "");
    }

    /** The middle of some figures, and the lowest and the highest of them. */
    record Range(double low, double median, double high) {
        static Range of(List<Double> figures) {
            List<Double> sorted = new ArrayList<>(figures);
            sorted.sort(null);
            return new Range(sorted.getFirst(), sorted.get(sorted.size() / 2), sorted.getLast());
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, low, high);
        }
    }
}
