package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiocontext.SignalLauncher;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The report's own command, with the suite that runs benchmarks for a moment. The figures are not looked at. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmokeTest {
    private static final Duration LIMIT = Duration.ofMinutes(20);

    /** One benchmark of each class, unless the profile {@code proof} has all of them run. */
    private static final Pattern ONLY = Pattern.compile(
            Integer.getInteger("dev.aiocontext.test.part", 1) == 1
                    ? ""
                    : "TwoLoops|AwakeLoop|RoundTrip|Interest|VirtualThread|ThreadPool|SystemCall|(Relay|Insurance)Benchmark.wakeup|executeAndPoll"
                            + "|producers1|latch1|oneActive|idleLoop|FirstOpen|TimerBenchmark.cancel|TimerLateness");

    @TempDir
    private static Path directory;

    private Run run;

    @BeforeAll
    void report() throws IOException, InterruptedException {
        Process report = ChildJvm.onClassPath()
                .shortLived()
                .option("--add-opens=java.base/java.io=ALL-UNNAMED")
                .option("-Djmh.ignoreLock=true")
                .start(
                        SignalLauncher.class.getName(),
                        Report.class.getName(),
                        "--suite=smoke",
                        "--only=" + ONLY,
                        "--out=" + directory);
        ChildJvm.Result result = ChildJvm.await(report, LIMIT);
        assertThat(result.exit()).as(result.output()).isZero();
        run = new ObjectMapper().readValue(directory.resolve("report.json").toFile(), Run.class);
    }

    @Test
    void everyBenchmarkRan() {
        Set<String> ran = run.results().stream().map(Result::benchmark).collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = new TreeSet<>();
        for (Question question : Questions.all()) {
            Case.of(question.benchmarks()).stream()
                    .map(Case::benchmark)
                    .filter(ONLY.asPredicate())
                    .forEach(all::add);
        }
        assertThat(ran).isEqualTo(all);
    }

    @Test
    void everyPeerRanThatThisMachineHas() {
        assertThat(run.notMeasured())
                .allSatisfy(missing -> assertThat(missing.expected())
                        .as(missing.name() + ": " + missing.reason())
                        .isTrue());
        Set<String> peers =
                run.results().stream().map(result -> result.param("peer")).collect(Collectors.toSet());
        assertThat(peers)
                .contains(
                        "AIO_PROCESS",
                        "NETTY_NIO",
                        "NETTY_EPOLL",
                        "JNA",
                        "JNR_POSIX",
                        "SELECTOR",
                        "SELECTOR_FD",
                        "FFM_QUEUE",
                        "NOTHING",
                        "AIO_TIMER",
                        "AGRONA_WHEEL",
                        "SCHEDULED_POOL");
        if (CLibrary.problem().isEmpty()) {
            assertThat(peers).contains("JNI", "C_POLL", "C_PROCESS", "C_FLAG", "C_LOOP");
        }
    }

    @Test
    void everyResultHasWhatTheReportNeeds() {
        assertThat(run.results()).allSatisfy(result -> {
            assertThat(result.unit()).isIn("ns/op", "ops/s", "ms/op");
            assertThat(result.median()).as(result.benchmark()).isPositive();
            assertThat(result.iterations()).isNotEmpty();
            assertThat(result.othersLoad()).isNotNegative();
        });
    }

    @Test
    void thePageAnswersEveryQuestion() throws IOException {
        String page = Files.readString(directory.resolve("index.html"));
        assertThat(Questions.all()).allSatisfy(question -> assertThat(page).contains("id=\"" + question.id() + "\""));
        assertThat(page).contains("<svg ").contains("aiocontext, epoll").doesNotContain("http://localhost");
        assertThat(directory.resolve("charts")).isNotEmptyDirectory();
    }

    /** It is one file: nothing is loaded from elsewhere. */
    @Test
    void thePageIsSelfContained() throws IOException {
        String page = Files.readString(directory.resolve("index.html"));
        assertThat(page)
                .doesNotContain("<script")
                .doesNotContain("<link")
                .doesNotContainPattern("(src|xlink:href)=\"http");
    }
}
