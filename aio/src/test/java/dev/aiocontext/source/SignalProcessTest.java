package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.SignalLauncher;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.Strace;
import java.io.BufferedReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What signals do to a whole process, and what its signal mask and its options allow. Each in a JVM of its own. */
class SignalProcessTest {
    private static final String PROGRAM = SignalProgram.class.getName();
    private static final int BY_SIGTERM = 128 + 15;

    private static ChildJvm jvm() {
        return ChildJvm.onClassPath().shortLived();
    }

    @Test
    void sigtermIsToldWhileItHasASourceAndEndsTheJvmWithItsHooksAfterThat() throws Exception {
        Process process = jvm().start(PROGRAM, "terminate");
        try (BufferedReader output = process.inputReader()) {
            StringBuilder read = new StringBuilder();
            readUntil("ready", process, output, read);
            assertThat(process.toHandle().destroy()).isTrue();
            readUntil("closed", process, output, read);
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(ChildProcess.end(process, read::toString)).isEqualTo(BY_SIGTERM);
            assertThat(output.lines()).containsExactly("the hook runs");
            assertThat(read.toString()).isEqualTo("ready\ntold SIGTERM\nclosed\n");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void readUntil(String wanted, Process process, BufferedReader output, StringBuilder read) {
        String line = "";
        while (!line.equals(wanted)) {
            line = ChildProcess.within(ChildProcess.LIMIT, process, output::readLine, read::toString);
            read.append(line).append('\n');
        }
    }

    @Test
    void aSignalThatEachThreadBlocksComesBySignalfdOrByAThreadInSigwait() throws Exception {
        ChildJvm.Result result =
                jvm().startedBy("env", "--block-signal=TERM").option("-Xrs").run(PROGRAM, "blocked", "TERM");
        assertThat(result.output().lines())
                .contains("chosen SIGNALFD: each thread blocks SIGTERM")
                .filteredOn(line -> line.contains(" told "))
                .hasSize(8)
                .allMatch(line -> line.endsWith("told 60, closed 100, left 0 descriptors"));
        assertThat(result.output())
                .contains("SIGTERM cannot come by JVM: it comes by SIGNALFD to a source that is open")
                .contains("SIGTERM cannot come by JVM: each thread blocks it");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @Tag("proof")
    @Test
    void sigusr2ComesBySignalfdIfTheJvmSuspendsThreadsByAnotherSignal() throws Exception {
        ChildJvm.Result result = jvm().startedBy("env", "--block-signal=USR2")
                .env("_JAVA_SR_SIGNUM", "35")
                .run(PROGRAM, "refusals", "USR2");
        assertThat(result.output()).isEqualTo("SIGUSR2 by SIGNALFD\n");
    }

    @Test
    void theLauncherBlocksWhatItIsTold() throws Exception {
        ChildJvm.Result result = jvm().option("-Xrs")
                .run(SignalLauncher.class.getName(), "--block=WINCH,SIGTERM", PROGRAM, "refusals", "WINCH", "TERM");
        assertThat(result.output()).isEqualTo("""
                SIGWINCH by SIGNALFD
                SIGTERM by SIGNALFD
                """);
    }

    @Tag("proof")
    @Test
    void theLauncherSaysWhatTheJvmHasUnblockedAgain() throws Exception {
        ChildJvm.Result result = jvm().run(SignalLauncher.class.getName(), "--block=WINCH,TERM", PROGRAM, "refusals");
        assertThat(result.output()).contains("SIGTERM not blocked although").contains("-Xrs");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void sigioComesByTheRelayThread() throws Exception {
        ChildJvm.Result result = jvm().run(SignalLauncher.class.getName(), PROGRAM, "sigio", "PROCESS");
        assertThat(result.output())
                .contains("SIGWAIT_THREAD: the relay's thread waits for SIGIO in sigwait\n")
                .contains("SIGIO cannot have a source in AioContext without")
                .endsWith("all is well\n");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @Test
    void aSigioThatAnotherThreadTakesIsToldTooAndDoesNotEndTheJvm() throws Exception {
        ChildJvm.Result result = jvm().run(PROGRAM, "sigio", "THREAD");
        assertThat(result.output())
                .contains("SIGWAIT_THREAD: the relay's thread waits for SIGIO in sigwait, and a handler of the JVM")
                .endsWith("all is well\n");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @Test
    void theOptionsOfTheJvmThatKeepASignalFromItsHandlersAreNamed() throws Exception {
        ChildJvm.Result result = jvm().option("-Xrs")
                .startedBy("env", "--block-signal=IO")
                .run(PROGRAM, "refusals", "TERM", "QUIT", "IO", "WINCH");
        assertThat(result.output().lines())
                .satisfiesExactly(
                        term -> assertThat(term)
                                .startsWith("SIGTERM cannot come by JVM: the JVM was started with -Xrs")
                                .contains("env --block-signal=SIGTERM java -Xrs"),
                        quit -> assertThat(quit).startsWith("SIGQUIT cannot come by JVM: "),
                        io -> assertThat(io).contains("each thread blocks it").contains("relay mode THREAD"),
                        winch -> assertThat(winch) // the handler would be taken, and never be called
                                .startsWith("SIGWINCH cannot come by JVM: the JVM was started with -Xrs")
                                .contains("env --block-signal=SIGWINCH java ..."));
    }

    @Tag("proof")
    @Test
    void aSighupThatTheProcessWasStartedWithIgnoredIsRefused() throws Exception {
        ChildJvm.Result result = jvm().startedBy("env", "--ignore-signal=HUP").run(PROGRAM, "refusals", "HUP", "INT");
        assertThat(result.output().lines())
                .satisfiesExactly(
                        hup -> assertThat(hup)
                                .startsWith("SIGHUP cannot come by JVM: ")
                                .contains("nohup"),
                        interrupt -> assertThat(interrupt).isEqualTo("SIGINT by JVM"));
    }

    @Test
    void whereSignalfdIsRefusedAThreadInSigwaitTakesTheSignal() throws Exception {
        Strace.assumeItWorks();
        ChildJvm.Result result =
                jvm().startedBy("env", "--block-signal=WINCH").run(PROGRAM, "withoutSignalfd", "WINCH");
        assertThat(result.output())
                .contains("chosen SIGWAIT_THREAD: each thread blocks SIGWINCH, and signalfd(2) is refused\n")
                .contains("SIGWINCH cannot come by SIGNALFD: the kernel, or a sandbox, refuses signalfd(2)\n")
                .contains("signalfd failed: EMFILE")
                .contains("injected true\n")
                .endsWith("left 0 descriptors\n");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @Test
    void withoutTheModuleOfTheJvmsHandlersTheReasonIsNamed() throws Exception {
        ChildJvm.Result result = jvm().option("--limit-modules", "java.base").run(PROGRAM, "refusals", "WINCH");
        assertThat(result.output()).contains("SIGWINCH cannot come by JVM: ").contains("jdk.unsupported");
    }
}
