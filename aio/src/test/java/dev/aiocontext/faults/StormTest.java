package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Rounds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A million wake-ups under garbage collection and safepoints, with signals from outside: {@link Storm}. */
class StormTest {
    private static final int WAKEUPS = Rounds.of(1_000_000);
    private static final int SIGNALS = Rounds.of(100_000);
    private static final int STOPS = Rounds.of(30);
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    private static ChildJvm jvm(String relay) {
        return ChildJvm.onClassPath()
                .env("AIOCONTEXT_RELAY", relay)
                .option("-Xmx64m", "-XX:+UnlockDiagnosticVMOptions", "-XX:GuaranteedSafepointInterval=1");
    }

    /** In the other modes too the signals are harmless, as long as every thread blocks them: the relay thread takes them. */
    @ParameterizedTest
    @ValueSource(strings = {"PROCESS", "THREAD", "DEFERRED"})
    void aHundredThousandSignalsFromOutsideLoseNothing(String relay) throws Exception {
        Process storm = jvm(relay).sigioBlocked().start(Storm.class.getName(), Integer.toString(WAKEUPS));
        try {
            awaitReady(storm);
            for (int sent = 1; sent <= SIGNALS; sent++) {
                assertThat(Libc.kill((int) storm.pid(), Signals.SIGIO)).isZero();
                if (sent % 5 == 0) {
                    LockSupport.parkNanos(1); // not one burst: the wake-ups take longer than all signals in a row
                }
            }
            ChildJvm.Result result = end(storm);
            assertThat(result.output()).contains("relay " + relay + "\n");
            assertThat(figure(result, "signals")).isPositive();
        } finally {
            storm.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OFF", "THREAD", "DEFERRED"})
    void aProcessThatIsStoppedAndContinuedLosesNothing(String relay) throws Exception {
        Random random = Rounds.random();
        Process storm = jvm(relay).start(Storm.class.getName(), Integer.toString(WAKEUPS));
        try {
            awaitReady(storm);
            for (int i = 0; i < STOPS; i++) {
                assertThat(Libc.kill((int) storm.pid(), SIGSTOP)).isZero();
                Eventually.holds("it is stopped", () -> state(storm) == 'T');
                assertThat(Libc.kill((int) storm.pid(), SIGCONT)).isZero();
                LockSupport.parkNanos(random.nextInt(50_000_000)); // to stop it anywhere
            }
            ChildJvm.Result result = end(storm);
            assertThat(result.output()).contains("relay " + relay + "\n");
        } finally {
            storm.destroyForcibly();
        }
    }

    private static void awaitReady(Process storm) throws IOException {
        InputStream output = storm.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        Callable<Boolean> firstLine = () -> {
            int b;
            for (b = output.read(); b >= 0 && b != '\n'; b = output.read()) {
                line.write(b);
            }
            return b == '\n';
        };
        Supplier<String> printed = () -> line.toString(StandardCharsets.UTF_8);
        assertThat(ChildProcess.within(ChildProcess.LIMIT, storm, firstLine, printed))
                .as(printed)
                .isTrue();
        assertThat(printed.get()).isEqualTo("ready");
    }

    private static ChildJvm.Result end(Process storm) throws IOException, InterruptedException {
        storm.getOutputStream().close();
        ChildJvm.Result result = ChildJvm.await(storm);
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("failures []\n");
        assertThat(figure(result, "ran")).isGreaterThanOrEqualTo(WAKEUPS).isEqualTo(figure(result, "asked"));
        assertThat(figure(result, "rescues")).isZero();
        assertThat(figure(result, "collections")).isPositive();
        assertThat(figure(result, "children")).isPositive();
        return result;
    }

    private static long figure(ChildJvm.Result result, String name) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in: " + result.output()));
    }

    private static char state(Process process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
