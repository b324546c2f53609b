package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that epoll refuses are always ready, and the others keep epoll. */
class AlwaysReadyFilesTest {
    @TempDir
    Path directory;

    private final List<EventNotifier> notifiers = new ArrayList<>();
    private final AtomicInteger events = new AtomicInteger();
    private FileInputStream stream;
    private int file;

    @BeforeEach
    void openFile() throws IOException {
        Path path = Files.createFile(directory.resolve("file"));
        stream = new FileInputStream(path.toFile());
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.exists(descriptor) && Files.isSameFile(descriptor, path)) {
                    file = Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        stream.close();
        notifiers.forEach(EventNotifier::close);
    }

    private AioContext open(MonitorMode monitor, int others) {
        AioContext ctx =
                AioContext.builder().monitor(monitor).relay(RelayMode.OFF).open();
        for (int i = 0; i < others; i++) {
            EventNotifier notifier = EventNotifier.open();
            notifiers.add(notifier);
            ctx.onReadable(notifier.fd(), (source, told) -> {
                assertThat(notifier.testAndClear()).isTrue();
                events.incrementAndGet();
            });
        }
        assertThat(ctx.poll(false)).isFalse();
        return ctx;
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POLL"})
    void aRegularFileIsServedInEachPollAndKeepsNobodyElseFromIt(MonitorMode monitor) {
        try (AioContext ctx = open(monitor, 10)) {
            MonitorMode inUse = ctx.monitor().monitor();
            AtomicInteger reads = new AtomicInteger();
            AtomicInteger writes = new AtomicInteger();
            ctx.watch(file, FdEvents.READ.and(FdEvents.WRITE), (source, told) -> {
                reads.addAndGet(told.isReadable() ? 1 : 0);
                writes.addAndGet(told.isWritable() ? 1 : 0);
            });
            for (int i = 1; i <= 100; i++) {
                notifiers.get(i % notifiers.size()).set();
                assertThat(ctx.poll(true)).isTrue();
                assertThat(reads).hasValue(i);
                assertThat(writes).hasValue(i);
                assertThat(events).hasValue(i);
            }
            assertThat(ctx.monitor().monitor()).isEqualTo(inUse);
            ctx.source(file).orElseThrow().close();
            assertThat(ctx.poll(false)).isFalse();
            assertThat(ctx.monitor().monitor()).isEqualTo(inUse);
        }
    }

    @Test
    void oneRegularFileDoesNotPutTheContextOnPoll() {
        try (AioContext ctx = open(MonitorMode.AUTO, 10)) {
            String before = ctx.monitor().reason();
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            FdSource registration = ctx.onReadable(file, (source, events) -> {});
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            assertThat(ctx.monitor().reason()).contains("1 that epoll refuses").isNotEqualTo(before);
            registration.close();
            assertThat(ctx.poll(false)).isFalse();
            assertThat(ctx.monitor().reason()).isEqualTo(before);
        }
    }

    @Test
    void aFileThatIsThereBeforeEpollBeginsDoesNotKeepItFromIt() {
        try (AioContext ctx = open(MonitorMode.AUTO, 1)) {
            ctx.onReadable(file, (source, events) -> {});
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            for (int i = 0; i < 3; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifiers.add(notifier);
                ctx.onReadable(notifier.fd(), (source, events) -> {});
            }
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
        }
    }

    @Test
    void afterItsRemovalTheLoopSleepsAgain() {
        try (LoopThread loop = new LoopThread(AioContext.builder()
                .monitor(MonitorMode.AUTO)
                .relay(RelayMode.OFF)
                .open())) {
            for (int i = 0; i < 5; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifiers.add(notifier);
                loop.context.onReadable(notifier.fd(), (source, told) -> {
                    assertThat(notifier.testAndClear()).isTrue();
                    events.incrementAndGet();
                });
            }
            AtomicInteger calls = new AtomicInteger();
            FdSource registration = loop.context.onReadable(file, (source, events) -> calls.incrementAndGet());
            Eventually.holds("the file is always ready", () -> calls.get() > 100);
            registration.close();
            loop.awaitBlocked();
            notifiers.getFirst().set();
            Eventually.holds("the others are served", () -> events.get() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POLL"})
    void itsHandlerMayPoll(MonitorMode monitor) {
        try (AioContext ctx = open(monitor, 5)) {
            AtomicInteger calls = new AtomicInteger();
            ctx.onReadable(file, (source, events) -> {
                calls.incrementAndGet();
                assertThat(ctx.poll(true)).isFalse(); // the only thing that is ready is this
                notifiers.getFirst().set();
                assertThat(ctx.poll(true)).isTrue();
            });
            assertThat(ctx.poll(true)).isTrue();
            assertThat(calls).hasValue(1);
            assertThat(events).hasValue(1);
        }
    }

    @Test
    void whereEpollIsForcedItIsRefusedAndNothingChanges() {
        try (AioContext ctx = open(MonitorMode.EPOLL, 2)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> ctx.onReadable(file, (source, events) -> {}))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("epoll_ctl(fd " + file + ") failed: EPERM");
            }
            assertThat(ctx.source(file)).isEmpty();
            assertThat(ctx.poll(false)).isFalse();
            notifiers.getFirst().set();
            assertThat(ctx.poll(true)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theMonitorInUseIsTold(MonitorMode monitor) {
        try (AioContext ctx = open(monitor, 0)) {
            MonitorChoice few = ctx.monitor();
            assertThat(few.monitor()).isEqualTo(monitor == MonitorMode.EPOLL ? MonitorMode.EPOLL : MonitorMode.POLL);
            assertThat(few.reason()).contains(monitor == MonitorMode.AUTO ? "fewer than 4" : "MonitorMode." + monitor);
            for (int i = 0; i < 4; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifiers.add(notifier);
                ctx.onReadable(notifier.fd(), (source, events) -> {});
            }
            ctx.poll(false);
            assertThat(ctx.monitor().monitor())
                    .isEqualTo(monitor == MonitorMode.POLL ? MonitorMode.POLL : MonitorMode.EPOLL);
        }
    }
}
