package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.KernelThread;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The findings for people: ASCII, and at most 100 columns unless a name or a number is longer. */
final class TextReport {
    private static final int WIDTH = 100;
    private static final int LABEL_WIDTH = 16;
    private static final String NEVER = "-";

    private final StringBuilder out = new StringBuilder();

    private TextReport() {}

    /** {@return the line that says, before anything is measured, what is measured and for how long} */
    static String announcement(int seconds) {
        return "Waking a loop for about " + seconds
                + " s, to see if a wake-up gets lost here and what each relay mode costs.\n";
    }

    static String of(Findings findings) {
        TextReport report = new TextReport();
        report.machine(findings.machine());
        report.wakeups(findings.wakeups());
        report.insurance(findings.insurance());
        report.rescues(findings.rescues());
        report.notMeasured(findings.notMeasured());
        report.line("Verdict: " + Verdict.of(findings));
        return report.out.toString();
    }

    private void machine(Machine machine) {
        line("This machine");
        entry("architecture", machine.architecture() + ", " + machine.processors() + " processors");
        entry("kernel", machine.kernel());
        entry("libc", machine.libc());
        entry("JDK", machine.jdk());
        entry("relay", machine.relay().mode() + ": " + machine.relay().reason());
        sigio(machine);
        line("");
    }

    private void sigio(Machine machine) {
        String here = " threads of this JVM, so relay PROCESS is ";
        if (machine.sigio().unblocked().isEmpty()) {
            entry("SIGIO", "blocked in all " + machine.sigio().threads() + here + "safe in it");
        } else {
            entry(
                    "SIGIO",
                    "left unblocked by " + machine.sigio().unblocked().size() + " of "
                            + machine.sigio().threads() + here + "refused in it:");
            wrapped("", names(machine.sigio().unblocked()), ", ");
        }
    }

    /** Lists the names of threads, each once. */
    private static List<String> names(List<KernelThread> threads) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        threads.forEach(thread -> counts.merge(thread.name(), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(name -> name.getValue() == 1 ? name.getKey() : name.getKey() + " (" + name.getValue() + ")")
                .toList();
    }

    private void wakeups(List<WakeupResult> results) {
        TextTable table = new TextTable()
                .row("relay", "asleep", "racing", "lost", "echoes", "rescues", "p50", "p99", "max", "asking");
        for (WakeupResult r : results) {
            table.row(
                    r.relay().name(),
                    Figures.count(r.blocked()),
                    Figures.count(r.racing()),
                    Figures.count(r.lost()),
                    Figures.count(r.echoes()),
                    Figures.count(r.rescues()),
                    time(r.latency(), r.latency().p50Nanos()),
                    time(r.latency(), r.latency().p99Nanos()),
                    time(r.latency(), r.latency().maxNanos()),
                    time(r.notifier(), r.notifier().p50Nanos()));
        }
        line("Waking a loop");
        out.append(table.lines());
        line("");
        entry("asleep", "wake-ups asked for when the loop slept in the kernel, its processor halted");
        entry("racing", "wake-ups asked for when the loop was about to sleep");
        entry("lost", "of both: the loop slept on");
        entry("echoes", "the relay woke the loop too, after the doorbell");
        entry("rescues", "the relay woke the loop, the doorbell had not");
        entry("p50, p99, max", "from asking to running, on the loop that slept");
        entry("asking", "what waking a loop that sleeps costs who asks (median)");
        line("");
    }

    private void insurance(List<InsuranceResult> results) {
        TextTable table = new TextTable().row("relay", "wake-ups", "dropped", "hangs", "rescues", "p50", "max");
        for (InsuranceResult r : results) {
            table.row(
                    r.relay().name(),
                    Figures.count(r.wakeups()),
                    Figures.count(r.dropped()),
                    Figures.count(r.hangs()),
                    Figures.count(r.rescues()),
                    time(r.rescue(), r.rescue().p50Nanos()),
                    time(r.rescue(), r.rescue().maxNanos()));
        }
        line("The insurance: one of " + InsuranceTrial.LOSE_ONE_IN + " doorbells is lost on purpose");
        out.append(table.lines());
        line("");
        entry(
                "hangs",
                "the loop slept on for " + TimeUnit.NANOSECONDS.toMillis(InsuranceTrial.HANG)
                        + " ms (with the relay, for " + TimeUnit.NANOSECONDS.toMillis(WakeupTrial.PATIENCE) + " ms)");
        entry("p50, max", "how long a rescue took, from asking to running");
        line("");
    }

    private void rescues(List<RescueStory> stories) {
        for (RescueStory story : stories) {
            line(
                    story.provoked()
                            ? "A rescue, as the loop saw it"
                            : "A rescue that nobody provoked, as the loop saw it");
            wrapped("", List.of(story.inWords().split(" ", -1)), " ");
            line("");
        }
    }

    private void notMeasured(List<Findings.NotMeasured> missing) {
        for (Findings.NotMeasured mode : missing) {
            line("Not measured: relay " + mode.relay() + ", because " + mode.reason());
            line("");
        }
    }

    private static String time(Times times, long nanos) {
        return times.isEmpty() ? NEVER : Figures.nanos(nanos);
    }

    private void entry(String label, String text) {
        wrapped(label, List.of(text.split(" ", -1)), " ");
    }

    /** Prints a label, and pieces of text on as many lines as they need. */
    private void wrapped(String label, List<String> pieces, String separator) {
        StringBuilder line = new StringBuilder("  " + label);
        line.append(" ".repeat(Math.max(1, LABEL_WIDTH - line.length())));
        int empty = line.length();
        for (Iterator<String> rest = pieces.iterator(); rest.hasNext(); ) {
            String piece = rest.next() + (rest.hasNext() ? separator : "");
            if (line.length() > empty && line.length() + piece.stripTrailing().length() > WIDTH) {
                line(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(LABEL_WIDTH));
                empty = LABEL_WIDTH;
            }
            line.append(piece);
        }
        line(line.toString().stripTrailing());
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
