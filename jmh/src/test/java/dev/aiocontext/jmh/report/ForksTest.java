package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.TimerLateness;
import dev.aiocontext.jmh.startup.FirstOpen;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class ForksTest {
    private static final String BENCHMARK = SteadyStateBenchmark.class.getName() + ".wakeupAwake";

    private static RunResult run() throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(BENCHMARK + "$")
                        .verbosity(VerboseMode.SILENT)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(3)
                        .measurementTime(TimeValue.milliseconds(1))
                        .param("peer", "AIO_POLL")
                        .build())
                .runSingle();
    }

    @Test
    void runsOfOneForkAreMergedInTheOrderOfTheRounds() throws RunnerException {
        Forks forks = new Forks(new Case(BENCHMARK, Map.of("peer", "AIO_POLL")));
        RunResult first = run();
        RunResult second = run();
        forks.add(first);
        forks.add(new Load());
        forks.add(second);
        forks.add(new Load());
        Result merged = forks.merged();
        assertThat(merged.iterations()).hasSize(6);
        assertThat(merged.figures()).hasSize(2);
        assertThat(merged.figures().getFirst()).isEqualTo(medianOf(first));
        assertThat(merged.figures().getLast()).isEqualTo(medianOf(second));
        assertThat(merged.median()).isEqualTo(Quantiles.median(List.of(medianOf(first), medianOf(second))));
    }

    private static double medianOf(RunResult run) {
        return Quantiles.median(run.getBenchmarkResults().iterator().next().getIterationResults().stream()
                .map(iteration -> iteration.getPrimaryResult().getScore())
                .toList());
    }

    @Test
    void wholeProcessesAreForks() {
        Forks forks = new Forks(new Case(FirstOpen.class.getName() + ".wholeProcess", Map.of("peer", "NOTHING")));
        for (double nanos : new double[] {3, 1, 2}) {
            forks.addProcess(nanos);
            forks.add(new Load());
        }
        assertThat(forks.merged().figures()).containsExactly(3.0, 1.0, 2.0);
        assertThat(forks.merged().median()).isEqualTo(2);
    }

    @Test
    void theLatenessOfManyTimersInAProcessIsAFork() {
        Forks forks = new Forks(new Case(TimerLateness.class.getName() + ".late", Map.of("peer", "AIO_EPOLL")));
        for (long[] nanos : List.of(new long[] {10, 20, 900}, new long[] {30, 40, 50})) {
            forks.addLateness(nanos);
            forks.add(new Load());
        }
        Result merged = forks.merged();
        assertThat(merged.figures()).containsExactly(20.0, 40.0);
        assertThat(merged.median()).isEqualTo(30);
        assertThat(merged.percentiles()).containsEntry("p50", 35.0).containsEntry("p100", 900.0);
        assertThat(merged.forks().getLast().percentiles()).containsEntry("p100", 50.0);
    }

    /** The kept reports were written before. */
    @Test
    void aResultWithoutForksIsReadAsOneOfOneFork() throws IOException {
        Result read = new ObjectMapper().readValue("""
                        {"benchmark": "a.b", "params": {}, "unit": "ns/op", "median": 7, "mean": 7, "error": 1, "spread": 0,
                         "iterations": [7], "percentiles": {}, "counters": {}, "othersLoad": 0, "stolen": 0}""", Result.class);
        assertThat(read.figures()).containsExactly(7.0);
    }
}
