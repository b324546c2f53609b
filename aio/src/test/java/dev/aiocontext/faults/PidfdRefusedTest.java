package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.source.ChildExit;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Spawn;
import dev.aiocontext.testkit.Strace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A kernel without pidfds, and sandboxes that refuse them. */
class PidfdRefusedTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ENOSYS | : the kernel is older than Linux 5.3, or a sandbox refuses the call
                    EPERM  | : the kernel is older than Linux 5.3, or a sandbox refuses the call
                    EMFILE | EMFILE (Too many open files)
                    """)
    void theErrorSaysWhatIsBehindAndNothingStaysOpen(String errno, String end) throws Exception {
        Strace.assumeItWorks();
        int pid = Spawn.start("/bin/true");
        try (AioContext context = AioContext.open()) {
            Map<Integer, String> before = OpenFiles.now();
            try (Strace strace =
                    Strace.attach(directory.resolve("log"), List.of(Libc.gettid()), "pidfd_open:error=" + errno)) {
                assertThatThrownBy(() -> ChildExit.reaping(context, pid, (source, status) -> {}))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageStartingWith("pidfd_open(process " + pid + ") failed: " + errno)
                        .hasMessageEndingWith(end);
                assertThat(strace.injected()).hasSize(1);
            }
            OpenFiles.awaitNoneSince(before);

            AtomicBoolean told = new AtomicBoolean();
            ChildExit.reaping(context, pid, (source, status) -> told.set(true));
            while (!told.get()) {
                context.poll(true);
            }
        }
    }
}
