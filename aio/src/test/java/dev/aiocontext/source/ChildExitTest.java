package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Spawn;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The ends of processes, on each monitor, with and without the relay. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class ChildExitTest {
    private static final int SIGKILL = 9;

    private final AioContext.Builder settings;
    private final List<ExitStatus> told = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private Map<Integer, String> before = Map.of();
    private AioContext context;

    ChildExitTest(MonitorMode monitor, RelayMode relay) {
        settings = AioContext.builder().monitor(monitor).relay(relay);
    }

    static Stream<Arguments> settings() {
        return Stream.of(MonitorMode.values())
                .flatMap(monitor ->
                        Stream.of(RelayMode.OFF, RelayMode.THREAD).map(relay -> Arguments.of(monitor, relay)));
    }

    @BeforeEach
    void open() {
        AioContext.open().close(); // whatever stays open for good is open
        before = OpenFiles.now();
        context = settings.exceptionHandler((source, failure) ->
                        failures.add(Objects.requireNonNull(source).name() + ": " + failure.getMessage()))
                .open();
    }

    @AfterEach
    void close() {
        context.close();
        assertThat(OpenFiles.since(before).values()).noneMatch(file -> file.contains("pidfd"));
        assertThat(failures).isEmpty();
    }

    private void note(ChildExit source, ExitStatus status) {
        told.add(status);
    }

    private void pollUntil(BooleanSupplier condition) {
        try {
            Eventually.pollUntil(context, "what is waited for", condition);
        } catch (AssertionError late) {
            throw new AssertionError("told " + told + ", failed " + failures, late);
        }
    }

    private void pollUntilTold() {
        pollUntil(() -> !told.isEmpty());
    }

    @Test
    void aChildOfNativeCodeIsReapedAndItsCodeTold() {
        int pid = Spawn.shell("exit 3");
        ChildExit source = ChildExit.reaping(context, pid, this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + pid + " exited with 3");
        assertThat(source.isOpen()).isFalse();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    @Test
    void theSignalThatEndedAChildIsTold() {
        int pid = Spawn.start("/bin/sleep", "1000");
        ChildExit.reaping(context, pid, this::note);
        assertThat(context.poll(false)).isFalse();
        Libc.kill(pid, SIGKILL);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + pid + " was ended by signal 9");
        assertThat(told.getFirst().code()).isEmpty();
    }

    @Test
    void aProcessOfTheJdkKeepsItsExitCode() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "exit 5").start();
        ChildExit.on(context, process, this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + process.pid() + " exited with 5");
        assertThat(process.waitFor()).isEqualTo(5);
    }

    @Test
    void aProcessThatHasEndedBeforeIsTold() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "exit 6").start();
        process.waitFor();
        ChildExit.on(context, process, this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + process.pid() + " exited with 6");

        told.clear();
        ChildExit.on(context, process.toHandle(), this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + process.pid() + " has ended");
    }

    @Test
    void aNumberThatIsAnothersByNowIsNotWaitedFor() throws IOException {
        Process another = new ProcessBuilder("sleep", "1000").start();
        ChildExit.on(context, endedBefore(another.pid()), this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + another.pid() + " has ended");
        assertThat(another.isAlive()).isTrue();
        another.destroyForcibly();
    }

    /** The handle of a process that has ended, and whose number another one has by now. */
    private static ProcessHandle endedBefore(long pid) {
        return (ProcessHandle) Proxy.newProxyInstance(
                ChildExitTest.class.getClassLoader(),
                new Class<?>[] {ProcessHandle.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "pid" -> pid;
                    case "isAlive" -> false;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void theSignalThatEndedAProcessIsToldAlsoAfterTheJdkHasReapedIt() throws Exception {
        Process early = new ProcessBuilder("sleep", "1000").start();
        ChildExit.on(context, early, this::note);
        early.destroyForcibly().waitFor();
        pollUntilTold();
        assertThat(told.getFirst().signal()).hasValue(SIGKILL);

        told.clear();
        ChildExit.on(context, early, this::note);
        pollUntilTold();
        assertThat(told.getFirst().signal()).hasValue(SIGKILL);
        assertThat(told)
                .singleElement()
                .hasToString("process " + early.pid() + " exited with 137, or was ended by signal 9");
    }

    @Test
    void anExitCodeIsToldAlsoIfItLooksLikeASignal() throws Exception {
        for (int code : new int[] {0, 128, 129, 192, 193, 255}) {
            Process process = new ProcessBuilder("sh", "-c", "exit " + code).start();
            process.waitFor();
            told.clear();
            ChildExit.on(context, process, this::note);
            pollUntilTold();
            assertThat(told.getFirst().code()).hasValue(code);
            assertThat(told.getFirst().signal().isPresent()).as("code " + code).isEqualTo(code == 129 || code == 192);
        }
    }

    @Test
    void theEndOfAProcessThatIsNoChildIsTold() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; wait").start();
        long grandchild = Long.parseLong(shell.inputReader().readLine());
        ChildExit.on(context, ProcessHandle.of(grandchild).orElseThrow(), this::note);
        assertThatThrownBy(() -> ChildExit.reaping(context, grandchild, this::note))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("process " + grandchild + " is no child of this process");
        Libc.kill((int) grandchild, SIGKILL);
        pollUntilTold();
        assertThat(told.getFirst().pid()).isEqualTo(grandchild);
        shell.waitFor();
    }

    @Test
    void whoeverDoesNotReapLeavesTheChildToItsParent() {
        int pid = Spawn.shell("exit 4");
        ChildExit.on(context, pid, this::note);
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + pid + " exited with 4");
        assertThat(Path.of("/proc/" + pid)).exists();

        told.clear();
        ChildExit.reaping(context, pid, this::note); // a zombie
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + pid + " exited with 4");
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThatThrownBy(() -> ChildExit.on(context, pid, this::note))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("pidfd_open(process " + pid + ") failed: ESRCH")
                .hasMessageEndingWith("A Process or a ProcessHandle in place of the number is told of also then");
    }

    @Test
    void aSuspendedSourceReapsAndTellsLater() {
        int pid = Spawn.shell("exit 0");
        ChildExit source = ChildExit.reaping(context, pid, this::note);
        source.suspend();
        pollUntil(() -> !Files.exists(Path.of("/proc/" + pid)));
        context.poll(false);
        assertThat(told).isEmpty();
        source.resume();
        pollUntilTold();
    }

    @Test
    void anEndThatAnErrorHasKeptFromTheLoopIsToldTheNextTime() throws ReflectiveOperationException {
        int pid = Spawn.shell("exit 3");
        ChildExit source = ChildExit.reaping(context, pid, this::note);
        Field status = ChildExit.class.getDeclaredField("status");
        status.setAccessible(true);
        status.set(source, ExitStatus.unknown(pid)); // it was noted, and then the stack ended
        pollUntilTold();
        assertThat(told).singleElement().hasToString("process " + pid + " has ended");
        told.clear();
        ChildExit.reaping(context, pid, this::note); // nobody has reaped it
        pollUntilTold();
    }

    @Test
    void aSourceThatIsClosedTellsNothing() {
        int pid = Spawn.start("/bin/sleep", "1000");
        ChildExit source = ChildExit.reaping(context, pid, this::note);
        source.close();
        Libc.kill(pid, SIGKILL);
        context.poll(false);
        assertThat(source.closed().toCompletableFuture()).isDone();
        ChildExit again = ChildExit.reaping(context, pid, this::note);
        pollUntil(() -> !again.isOpen());
        assertThat(told).hasSize(1);
    }

    @Test
    void aHandlerThatThrowsIsReportedByTheNameOfTheSource() {
        int pid = Spawn.shell("exit 0");
        ChildExit source = ChildExit.reaping(context, pid, (self, status) -> {
            throw new IOException("not wanted");
        });
        pollUntil(() -> !failures.isEmpty());
        assertThat(failures).containsExactly("exit of process " + pid + ": not wanted");
        assertThat(source.isOpen()).isFalse();
        failures.clear();
    }

    @Test
    void numbersOfNoOtherProcessAreRefused() {
        for (long none : new long[] {0, -1, Long.MIN_VALUE, 1L << 32}) {
            assertThatThrownBy(() -> ChildExit.on(context, none, this::note))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no process can have the number " + none
                            + ", which is to be positive, as Process.pid() is");
        }
        long own = ProcessHandle.current().pid();
        assertThatThrownBy(() -> ChildExit.on(context, own, this::note))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is this one");
        KernelThread other = KernelThread.all().stream()
                .filter(thread -> thread.tid() != own)
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> ChildExit.on(context, other.tid(), this::note))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("it is a thread of a process");
    }

    @Test
    void aClosedContextRefusesAndLeavesNothingOpen() {
        int pid = Spawn.start("/bin/sleep", "1000");
        AioContext closed = AioContext.open();
        closed.close();
        assertThatThrownBy(() -> ChildExit.reaping(closed, pid, this::note)).isInstanceOf(IllegalStateException.class);
        assertThat(OpenFiles.since(before).values()).noneMatch(file -> file.contains("pidfd"));
        Libc.kill(pid, SIGKILL);
        ChildExit.reaping(context, pid, this::note);
        pollUntilTold();
    }
}
