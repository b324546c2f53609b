package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No thread can be started: neither the relay's nor one of the pool. In a JVM of its own, which complains loudly. */
class NoThreadTest {
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws IOException {
            Path log = Files.createTempFile("strace", ".log");
            AioContext.Builder builder = AioContext.builder().relay(RelayMode.THREAD);
            builder.open().close(); // everything is loaded now
            Map<Integer, String> before = OpenFiles.now();
            withoutThreads("open", log, builder::open);
            System.out.println("left open: " + OpenFiles.since(before));
            try (AioContext context = builder.open()) {
                withoutThreads(
                        "submit",
                        log,
                        () -> context.threadPool()
                                .submit(() -> 1)
                                .whenComplete((one, failure) -> System.out.println("refused work is done")));
                context.threadPool().submit(() -> 1).whenComplete((one, failure) -> context.stop());
                context.run();
            }
            Files.delete(log);
            System.out.println("left open: " + OpenFiles.since(before));
        }

        private static void withoutThreads(String what, Path log, Runnable action) throws IOException {
            try (Strace strace = Strace.attach(log, List.of(Libc.gettid()), "clone,?clone3:error=EAGAIN")) {
                action.run();
                System.out.println(what + ": works, though " + strace.injected());
            } catch (OutOfMemoryError e) {
                System.out.println(what + ": " + e.getMessage());
            }
        }
    }

    @Test
    void theErrorIsThatOfTheThreadAndNothingIsLeftOpen() throws Exception {
        Strace.assumeItWorks();
        ChildJvm.Result result = ChildJvm.onClassPath().shortLived().run(Program.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.matches("(open|submit|left open|refused).*")))
                .hasSize(4)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("open: unable to create native thread"),
                        line -> assertThat(line).isEqualTo("left open: {}"),
                        line -> assertThat(line).startsWith("submit: unable to create native thread"),
                        line -> assertThat(line).isEqualTo("left open: {}"));
    }
}
