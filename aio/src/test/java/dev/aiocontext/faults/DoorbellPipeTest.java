package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A doorbell that is a pipe, because the kernel has no eventfd: both of its ends are the context's own. */
class DoorbellPipeTest {
    @TempDir
    Path directory;

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    @ParameterizedTest
    @CsvSource({"AUTO, OFF, 2", "POLL, OFF, 2", "EPOLL, OFF, 3", "POLL, THREAD, 4", "EPOLL, THREAD, 5"})
    void whatTheContextOpensIsRefused(MonitorMode monitor, RelayMode relay, int ownDescriptors) throws IOException {
        try (Strace strace = Strace.attach(directory.resolve("log"), List.of(Libc.gettid()), "eventfd2:error=ENOSYS")) {
            Map<Integer, String> before = OpenFiles.now();
            try (AioContext context =
                    AioContext.builder().relay(relay).monitor(monitor).open()) {
                Map<Integer, String> own = OpenFiles.since(before);
                assertThat(own).hasSize(ownDescriptors);
                for (int fd : own.keySet()) {
                    String message = "fd " + fd + " is the context's own";
                    assertThatThrownBy(() -> context.onReadable(fd, (source, events) -> {}))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(message);
                    assertThatThrownBy(() -> context.watch(fd, FdEvents.WRITE, (source, events) -> {}))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(message);
                }
                context.execute(context::stop);
                context.run();
            }
            assertThat(strace.injected()).hasSize(1);
        }
    }
}
