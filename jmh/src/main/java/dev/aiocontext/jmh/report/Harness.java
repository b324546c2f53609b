package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.TimerLateness;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.startup.Processes;
import dev.aiocontext.jmh.startup.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs cases, one fork at a time, and keeps of each what the report needs.
 *
 * <p>JMH would run the forks of a benchmark one after another, and a machine that has a slow minute would then slow down one
 * peer alone. So the cases that are compared with each other take turns here: a first fork of each, then a second of each.
 */
final class Harness implements AutoCloseable {
    private final Suite suite;
    private final Optional<Path> jvm;
    private final Processes processes;
    private final List<Result> results = new ArrayList<>();
    private final List<Run.NotMeasured> notMeasured = new ArrayList<>();

    /**
     * Has run nothing yet.
     *
     * @param jvm the command that starts a fork; this JVM's own java without it
     * @throws IOException if there is no place for temporary files
     */
    Harness(Suite suite, Optional<Path> jvm) throws IOException {
        this.suite = suite;
        this.jvm = jvm;
        this.processes = new Processes();
    }

    List<Result> results() {
        return results;
    }

    List<Run.NotMeasured> notMeasured() {
        return notMeasured;
    }

    /** Runs all, those together that take turns. */
    void run(List<Case> cases) {
        int done = 0;
        for (List<Case> group : turns(cases)) {
            done += group.size();
            run(group, String.format("[%3d/%d] ", done, cases.size()));
        }
    }

    /** Groups of cases that take turns, in the order of their first cases. Most cases are alone. */
    static List<List<Case>> turns(List<Case> cases) {
        SequencedMap<String, List<Case>> groups = new LinkedHashMap<>();
        for (Case next : cases) {
            String group = next.takesTurns() ? next.column() : next.toString();
            groups.computeIfAbsent(group, name -> new ArrayList<>()).add(next);
        }
        return List.copyOf(groups.values());
    }

    private void run(List<Case> group, String progress) {
        SequencedMap<Case, Forks> running = new LinkedHashMap<>();
        for (Case next : group) {
            Optional<String> obstacle = next.obstacle(jvm.isPresent() && suite.forks());
            if (obstacle.isPresent()) {
                notMeasured.add(new Run.NotMeasured(next.toString(), obstacle.get(), true));
                System.out.println(progress + next + ": skipped: " + obstacle.get());
            } else {
                running.put(next, new Forks(next));
            }
        }
        int rounds = suite.rounds(group.getFirst());
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<Case, Forks> entry : List.copyOf(running.entrySet())) {
                Case next = entry.getKey();
                try {
                    runOnce(next, entry.getValue());
                } catch (RunnerException | IOException | IllegalStateException e) {
                    running.remove(next);
                    String reason = String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause());
                    notMeasured.add(new Run.NotMeasured(next.toString(), reason, false));
                    System.out.println(progress + next + ": FAILED: " + reason);
                }
            }
        }
        running.forEach((next, forks) -> {
            Result kept = forks.merged();
            results.add(kept);
            System.out.println(progress + next + ": " + Words.withRange(kept));
        });
    }

    private void runOnce(Case next, Forks to) throws RunnerException, IOException {
        if (next.isWholeProcess()) {
            Program program = Program.valueOf(next.param("peer"));
            boolean cached = next.param("cache").equals("AOT");
            processes.prepare(program, cached);
            Load load = new Load();
            to.addProcess(processes.nanos(program, cached));
            to.add(load);
        } else if (next.kind() == Case.Kind.LATENESS) {
            Load load = new Load();
            to.addLateness(TimerLateness.inOwnProcess(next.param("peer"), next.param("delay"), suite.latenessMillis()));
            to.add(load);
        } else {
            Load load = new Load();
            RunResult run = new Runner(options(next).build()).run().iterator().next();
            to.add(run);
            to.add(load);
        }
    }

    private ChainedOptionsBuilder options(Case next) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(next.benchmark()) + "$")
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (CLibrary.problem().isEmpty()) {
            options.jvmArgsPrepend("-D" + CLibrary.PROPERTY + "=" + CLibrary.path());
        }
        next.params().forEach(options::param);
        jvm.ifPresent(command -> options.jvm(command.toString()));
        suite.applyTo(options, next);
        return options;
    }

    @Override
    public void close() throws IOException {
        processes.close();
    }
}
