package dev.aiocontext.internal.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor as it is run: a JVM of its own, and the status it ends with. */
class DoctorProcessTest {
    @TempDir
    Path directory;

    private record Ended(int status, String out, String err) {}

    private Ended run(Map<String, String> environment, List<String> options, String... args) throws IOException {
        Path out = directory.resolve("out");
        int status = end(start(out, environment, options, Doctor.class, args));
        return new Ended(status, Files.readString(out, UTF_8), complaints());
    }

    private int end(Process doctor) {
        return ChildProcess.end(doctor, this::complaints);
    }

    private String complaints() {
        try {
            return Files.readString(directory.resolve("err"), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process start(
            Path out, Map<String, String> environment, List<String> options, Class<?> main, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeAll(List.of("AIOCONTEXT_RELAY", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    @Test
    void measuresAllModesAndExitsWithZeroHere() throws Exception {
        Ended ended = run(Map.of(), List.of(), "--seconds", "1", "--json");
        assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
        assertThat(ended.out())
                .startsWith("{")
                .endsWith("}\n")
                .contains("\"relay\": \"OFF\"", "\"relay\": \"THREAD\"")
                .contains("\"relay\": \"DEFERRED\"", "\"relay\": \"PROCESS\"")
                .contains("\"notMeasured\": []", "\"allWell\": true");
        assertThat(ended.err()).isEqualTo(TextReport.announcement(1));
    }

    @Tag("proof")
    @Test
    void drawsNoProgressIntoAPipe() throws Exception {
        Ended ended = run(Map.of(), List.of(), "--seconds", "1");
        assertThat(ended.out())
                .as(ended.err())
                .startsWith(TextReport.announcement(1))
                .contains("\nThis machine\n")
                .doesNotContain("\r", "\033");
        assertThat(ended.err()).isEmpty();
    }

    @Tag("proof")
    @Test
    void exitsWithThreeWhenItsReportCannotBeWritten() throws Exception {
        Process doctor = start(Path.of("/dev/full"), Map.of(), List.of(), Doctor.class, "--seconds", "1", "--json");
        assertThat(end(doctor)).isEqualTo(3);
        assertThat(complaints()).contains("doctor: cannot write to standard output: No space left on device");
    }

    @Test
    void erasesTheProgressWhenASignalEndsIt() throws Exception {
        List<String> terminal = List.of("-Ddev.aiocontext.doctor.columns=80");
        Process doctor = start(directory.resolve("out"), Map.of(), terminal, Doctor.class, "--seconds", "3600");
        Eventually.holds("progress", () -> complaints().contains("relay OFF"));
        doctor.destroy();
        end(doctor);
        assertThat(complaints()).endsWith("\r\033[K");
    }

    /** Measures relay mode PROCESS for hours. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) throws ProcessTrials.FailedException {
            ProcessTrials.measure(TimeUnit.HOURS.toNanos(1));
        }
    }

    @Tag("proof")
    @Test
    void theJvmForProcessModeEndsWithTheDoctorThoughItIsKilled() throws Exception {
        Process doctor = start(directory.resolve("out"), Map.of(), List.of(), Endless.class);
        Eventually.holds("a child JVM", () -> doctor.children().anyMatch(DoctorProcessTest::isMeasuring));
        ProcessHandle child = doctor.children()
                .filter(DoctorProcessTest::isMeasuring)
                .findFirst()
                .orElseThrow();
        doctor.destroyForcibly();
        Eventually.holds("the child ends", () -> !child.isAlive());
    }

    private static boolean isMeasuring(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("-Ddev.aiocontext.launched=true");
    }

    @Test
    void exitsWithTwoWhenTheRelayModeIsNone() throws Exception {
        Ended ended = run(Map.of("AIOCONTEXT_RELAY", "perhaps"), List.of());
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("AIOCONTEXT_RELAY", "perhaps", "THREAD");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void exitsWithThreeOnAProcessorItDoesNotKnowAndNamesIt() throws Exception {
        Ended ended = run(Map.of(), List.of("-Dos.arch=riscv64"));
        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.err()).startsWith("doctor: ").contains("Linux on riscv64");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void exitsWithThreeOnASystemItDoesNotKnowAndNamesIt() throws Exception {
        Ended ended = run(Map.of(), List.of("-Dos.name=Mac OS X"));
        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.err()).contains("Mac OS X");
    }

    @Tag("proof")
    @Test
    void tellsTheRelayModeThatWasSetAndWhoSetIt() throws Exception {
        Ended ended = run(Map.of("AIOCONTEXT_RELAY", "thread"), List.of(), "--seconds", "1");
        assertThat(ended.out()).as(ended.err()).contains("THREAD: set by environment variable AIOCONTEXT_RELAY");
    }

    @Test
    void processModeIsMeasuredInAChildJvm() throws ProcessTrials.FailedException {
        ProcessTrials.Results results = ProcessTrials.measure(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(results.wakeup().relay()).isEqualTo(RelayMode.PROCESS);
        assertThat(results.wakeup().lost()).isZero();
        assertThat(results.wakeup().echoes()).isPositive();
        assertThat(results.insurance().hangs()).isZero();
        assertThat(results.insurance().rescues())
                .isPositive()
                .isLessThanOrEqualTo(results.insurance().dropped());
    }
}
