package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Opened;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Regular files, which epoll refuses. */
@Tag("architecture")
class RegularFileTest {
    private final Opened opened = new Opened();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor));
    }

    @ParameterizedTest
    @EnumSource
    void aRegularFileIsAlwaysReadyUnlessEpollIsForced(MonitorMode monitor, @TempDir Path directory) throws IOException {
        AioContext ctx = open(monitor);
        for (int i = 0; i < 10; i++) {
            ctx.onReadable(
                    opened.notifier().fd(), (source, events) -> {}); // enough for epoll where the context may choose
        }
        assertThat(ctx.poll(false)).isFalse();
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("file").toFile(), "rw")) {
            int fd = descriptorOf(directory.resolve("file"));
            assertThat(file.length()).isZero();
            if (monitor == MonitorMode.EPOLL) {
                assertThatThrownBy(() -> ctx.onReadable(fd, (source, events) -> {}))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("epoll_ctl(fd " + fd + ") failed: EPERM")
                        .hasMessageEndingWith("MonitorMode.AUTO and POLL take them");
                assertThat(ctx.source(fd)).isEmpty();
            } else {
                AtomicInteger calls = new AtomicInteger();
                ctx.onReadable(fd, (source, events) -> calls.incrementAndGet());
                assertThat(ctx.poll(true)).isTrue();
                assertThat(calls).hasValue(1);
                ctx.source(fd).ifPresent(FdSource::close);
            }
            assertThat(ctx.poll(false)).isFalse();
        }
    }

    private static int descriptorOf(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }
}
