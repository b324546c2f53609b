package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A context cannot be opened, because one of the calls that it takes fails: each of them in turn. */
class OpeningTest {
    private static final List<String> OUT_OF = List.of("EMFILE", "ENFILE", "ENOMEM");
    private static final String NO_EVENTFD = "eventfd2:error=ENOSYS";

    @TempDir
    Path directory;

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    static Stream<Arguments> failures() {
        return OUT_OF.stream()
                .flatMap(errno -> Stream.of(
                        failure(RelayMode.OFF, MonitorMode.AUTO, "eventfd failed: " + errno, "eventfd2:error=" + errno),
                        // In place of an eventfd, and behind one, for the relay.
                        failure(RelayMode.OFF, MonitorMode.AUTO, "pipe2 failed: " + errno, pipe(errno, 1), NO_EVENTFD),
                        failure(RelayMode.THREAD, MonitorMode.AUTO, "pipe2 failed: " + errno, pipe(errno, 1)),
                        failure(
                                RelayMode.THREAD,
                                MonitorMode.EPOLL,
                                "pipe2 failed: " + errno,
                                pipe(errno, 2),
                                NO_EVENTFD),
                        failure(RelayMode.THREAD, MonitorMode.EPOLL, "epoll_create1 failed: " + errno, epoll(errno)),
                        // The doorbell, and the relay's pipe.
                        failure(RelayMode.THREAD, MonitorMode.EPOLL, ") failed: " + errno, control(errno, 1)),
                        failure(
                                RelayMode.THREAD,
                                MonitorMode.EPOLL,
                                ") failed: " + errno,
                                control(errno, 2),
                                NO_EVENTFD)));
    }

    private static Arguments failure(RelayMode relay, MonitorMode monitor, String message, String... faults) {
        return Arguments.of(relay, monitor, message, faults);
    }

    private static String pipe(String errno, int which) {
        return "pipe2:error=" + errno + ":when=" + which;
    }

    private static String epoll(String errno) {
        return "epoll_create1:error=" + errno;
    }

    private static String control(String errno, int which) {
        return "epoll_ctl:error=" + errno + ":when=" + which;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void theErrorNamesTheCallAndNothingIsLeftOpen(RelayMode relay, MonitorMode monitor, String message, String[] faults)
            throws IOException {
        AioContext.Builder builder = AioContext.builder().relay(relay).monitor(monitor);
        Map<Integer, String> before = OpenFiles.now();
        long threads = relayThreads();
        SyscallException failure;
        try (Strace strace = Strace.attach(directory.resolve("log"), List.of(Libc.gettid()), faults)) {
            failure = catchThrowableOfType(SyscallException.class, builder::open);
            assertThat(strace.injected()).hasSize(faults.length);
        }
        assertThat(failure).hasMessageContaining(message);
        assertThat(failure.getMessage()).startsWith(failure.call());
        OpenFiles.awaitNoneSince(before);
        assertThat(relayThreads()).isEqualTo(threads);
        try (AioContext context = builder.open()) {
            context.execute(context::stop);
            context.run();
        }
        OpenFiles.awaitNoneSince(before);
    }

    private static long relayThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("aiocontext"))
                .count();
    }
}
