package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextReportTest {
    private final String report = TextReport.of(Samples.allWell());
    private final List<String> lines = report.lines().toList();

    @Test
    void tellsTheMachineTheRelayModeAndTheUnblockedThreads() {
        assertThat(lines)
                .contains(
                        "  architecture  aarch64, 4 processors",
                        "  kernel        Linux 6.1.0",
                        "  libc          glibc 2.28",
                        "  JDK           22+36, \"Acme\" \\ Sons",
                        "  relay         THREAD: AUTO on aarch64, the default",
                        "                java, VM Thread");
    }

    @Test
    void tellsTheTrialsInAlignedColumns() {
        assertThat(lines)
                .containsSubsequence(
                        "  relay   asleep  racing  lost  echoes  rescues      p50      p99      max   asking",
                        "  OFF        600     500     0       0        0  5.00 us  20.0 us  1.23 ms  2.00 us",
                        "  THREAD     600     500     0     900        0  5.00 us  20.0 us  1.23 ms  4.50 us")
                .containsSubsequence(
                        "  relay   wake-ups  dropped  hangs  rescues      p50      max",
                        "  OFF          200        2      2        0        -        -",
                        "  THREAD     1,000       10      0       10  9.00 us  12.3 us");
    }

    @Test
    void tellsTheStoryOfARescue() {
        assertThat(lines)
                .containsSubsequence(
                        "A rescue, as the loop saw it",
                        "                Arming 1,234: the loop went to sleep in poll. After 31.0 us, thread \"main\" handed it",
                        "                work and found it armed, and answered (state RUNG). That thread rang the doorbell,");
    }

    @Test
    void tellsWhatCouldNotBeMeasured() {
        assertThat(report).contains("Not measured: relay PROCESS, because line one");
    }

    @Test
    void endsWithTheVerdict() {
        assertThat(lines.getLast()).isEqualTo("Verdict: " + Verdict.of(Samples.allWell()));
    }
}
