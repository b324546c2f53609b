package dev.aiocontext.internal.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor as it is run: a JVM of its own, and the status it ends with. */
class DoctorProcessTest {
    @TempDir
    Path directory;

    private record Ended(int status, String out, String err) {}

    private Ended run(Map<String, String> environment, List<String> options, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Doctor.class.getName()));
        command.addAll(List.of(args));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("AIOCONTEXT_RELAY", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        return new Ended(status, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
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
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void drawsNoProgressIntoAPipe() throws Exception {
        Ended ended = run(Map.of(), List.of(), "--seconds", "1");
        assertThat(ended.out()).as(ended.err()).startsWith("This machine\n").doesNotContain("\r", "\033");
        assertThat(ended.err()).isEmpty();
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
