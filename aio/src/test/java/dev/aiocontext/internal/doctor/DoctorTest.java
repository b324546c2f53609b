package dev.aiocontext.internal.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Doctor.Examiner examiner, String... args) {
        return run(out, examiner, args);
    }

    private int run(OutputStream to, Doctor.Examiner examiner, String... args) {
        return new Doctor(to, new PrintStream(err, true, UTF_8), examiner).run(args);
    }

    private int runFinding(Findings findings, String... args) {
        return run((seconds, progress) -> findings, args);
    }

    private static Findings examineNothing(int seconds, Progress progress) {
        throw new AssertionError("there was nothing to examine");
    }

    private String printed() {
        return out.toString(UTF_8);
    }

    private String complained() {
        return err.toString(UTF_8);
    }

    @Test
    void exitsWithZeroWhenAllIsWell() {
        assertThat(runFinding(Samples.allWell())).isZero();
        assertThat(printed()).isEqualTo(TextReport.announcement(20) + "\n" + TextReport.of(Samples.allWell()));
        assertThat(complained()).isEmpty();
    }

    @Test
    void exitsWithOneWhenAnIntactDoorbellLostAWakeup() {
        Findings lost = Samples.findings(List.of(Samples.wakeup(RelayMode.OFF, 1, 0)), List.of());
        assertThat(runFinding(lost)).isEqualTo(1);
        assertThat(printed()).contains("NOT reliable");
    }

    @Test
    void exitsWithOneWhenTheRelayLeftALossyDoorbellUnrepaired() {
        InsuranceResult hung = new InsuranceResult(RelayMode.THREAD, 100, 1, 1, 0, new Times(0, 0, 0, 0));
        assertThat(runFinding(Samples.findings(List.of(Samples.OFF), List.of(hung))))
                .isEqualTo(1);
    }

    @Test
    void exitsWithTwoAndMeasuresNothingWhenTheUsageIsWrong() {
        assertThat(run(DoctorTest::examineNothing, "--nonsense")).isEqualTo(2);
        assertThat(printed()).isEmpty();
        assertThat(complained()).isEqualToIgnoringNewLines("doctor: unknown argument \"--nonsense\"; see --help");
    }

    @Test
    void exitsWithThreeWhenMeasuringFailsAndSaysWhy() {
        Doctor.Examiner refused = (seconds, progress) -> {
            throw new IllegalStateException("no more descriptors");
        };
        assertThat(run(refused, "--json")).isEqualTo(3);
        assertThat(printed()).isEmpty();
        assertThat(complained()).contains("cannot measure here").contains("no more descriptors");
    }

    @Test
    void exitsWithThreeAndNotOneWhenAnErrorEndsIt() {
        Doctor.Examiner broken = (seconds, progress) -> {
            throw new UnsatisfiedLinkError("eventfd");
        };
        assertThat(run(broken)).isEqualTo(3);
        assertThat(complained()).contains("UnsatisfiedLinkError");
    }

    @Test
    void saysWhatItIsAboutToDoAndForHowLongBeforeItDoes() {
        Doctor.Examiner examiner = (seconds, progress) -> {
            assertThat(printed())
                    .startsWith("Waking a loop for about 42 s, to see if a wake-up gets lost here ")
                    .hasLineCount(2);
            return Samples.allWell();
        };
        assertThat(run(examiner, "--seconds", "42")).as(complained()).isZero();
    }

    /** Takes some writes, and then no more. */
    private static OutputStream fullAfter(int writes) {
        return new OutputStream() {
            private int taken;

            @Override
            public void write(int b) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (taken++ == writes) {
                    throw new IOException("No space left on device");
                }
            }
        };
    }

    @Test
    void exitsWithThreeWhenTheReportCannotBeWritten() {
        assertThat(run(fullAfter(0), (seconds, progress) -> Samples.allWell(), "--json"))
                .isEqualTo(3);
        assertThat(run(fullAfter(1), (seconds, progress) -> Samples.allWell())).isEqualTo(3);
        assertThat(run(fullAfter(0), DoctorTest::examineNothing, "--help")).isEqualTo(3);
        assertThat(complained().lines().filter(line -> line.startsWith("doctor: ")))
                .hasSize(3)
                .containsOnly("doctor: cannot write to standard output: No space left on device");
    }

    @Test
    void measuresNothingWhenItsFirstLineCannotBeWritten() {
        assertThat(run(fullAfter(0), DoctorTest::examineNothing)).isEqualTo(3);
        assertThat(complained()).startsWith("doctor: cannot write to standard output");
    }

    @Test
    void helpExplainsEveryOptionAndExitStatusAndMeasuresNothing() {
        assertThat(run(DoctorTest::examineNothing, "--help")).isZero();
        assertThat(printed()).contains("--seconds N", "--json", "--help", "\n  0 ", "\n  1 ", "\n  2 ", "\n  3 ");
    }

    @Test
    void jsonIsAllThatIsPrintedWhenItIsAskedForAndTheFirstLineGoesToStandardError() {
        Doctor.Examiner examiner = (seconds, progress) -> {
            assertThat(complained()).isEqualTo(TextReport.announcement(42)).contains("for about 42 s");
            return Samples.allWell();
        };
        assertThat(run(examiner, "--json", "--seconds=42")).isZero();
        assertThat(printed()).isEqualTo(JsonReport.of(Samples.allWell()) + "\n");
        assertThat(complained()).hasLineCount(1);
    }

    @Test
    void theExaminerIsToldHowLong() {
        int[] told = new int[1];
        run(
                (seconds, progress) -> {
                    told[0] = seconds;
                    return Samples.allWell();
                },
                "--seconds",
                "42");
        assertThat(told[0]).isEqualTo(42);
    }
}
