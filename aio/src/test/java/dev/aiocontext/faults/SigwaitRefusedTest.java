package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A sandbox refuses to take signals, for good: the relay thread must not end with a SIGIO pending, which would end the JVM.
 * In a JVM of its own, where it stays.
 */
class SigwaitRefusedTest {
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws IOException {
            Path log = Files.createTempFile("strace", ".log");
            LoopThread loop =
                    new LoopThread(AioContext.builder().relay(RelayMode.THREAD).open());
            loop.awaitBlocked();
            int relayThread = KernelThreads.tid(RelayFaultsTest.RELAY_THREAD);
            try (Strace strace = Strace.attach(log, List.of(relayThread), "rt_sigtimedwait:error=EPERM")) {
                AtomicInteger ran = new AtomicInteger();
                loop.context.execute(ran::incrementAndGet);
                Eventually.holds("the task runs", () -> ran.get() == 1);
                Eventually.holds("the wait is refused", () -> !strace.injected().isEmpty());
                loop.close();
            }
            Files.delete(log);
            System.out.println("stays: " + (KernelThreads.tid(RelayFaultsTest.RELAY_THREAD) == relayThread));
        }
    }

    @Test
    void theContextClosesAndTheRelayThreadStaysAsTheSignalItCouldNotTakeWouldEndTheJvm() throws Exception {
        Strace.assumeItWorks();
        ChildJvm.Result result = ChildJvm.onClassPath().shortLived().run(Program.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("sigwait failed: EPERM").contains("stays: true");
    }
}
