package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A child that does not end, or whose output does not, fails its test instead of stopping the build. */
class ChildProcessTest {
    private static final Duration SOON = Duration.ofMillis(1);

    /** Says that it is there, and waits for nothing. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] args) {
            System.out.println("asleep");
            while (true) {
                LockSupport.park();
            }
        }
    }

    private static Process shell(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    }

    @Test
    void aLateChildFailsTheTestWhichTellsItsThreadsAndEndsItsDescendants() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process script = shell("'%s' -cp '%s' '%s' & wait"
                .formatted(java, ChildJvm.codeSource(Sleeper.class), Sleeper.class.getName()));
        assertThat(script.inputReader().readLine()).isEqualTo("asleep");
        List<ProcessHandle> descendants = script.descendants().toList();
        assertThatThrownBy(() -> ChildJvm.await(script, SOON))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("process " + script.pid(), "SigIgn:", "Sleeper.main(", "had printed:");
        assertThat(descendants).hasSize(1);
        Eventually.holds(
                "all are killed",
                () -> !script.isAlive() && descendants.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void anOutputThatAnotherProcessKeepsOpenFailsTheTest() throws IOException {
        Process script = shell("(sleep 3600 & echo $!); read end"); // sleep is nobody's descendant
        long sleep = Long.parseLong(script.inputReader().readLine());
        try {
            assertThatThrownBy(() -> ChildJvm.await(script, SOON)).isInstanceOf(AssertionError.class);
        } finally {
            ProcessHandle.of(sleep).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
