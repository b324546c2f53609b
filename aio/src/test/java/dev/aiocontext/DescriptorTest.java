package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers of descriptors, with every monitor. */
@Tag("architecture")
class DescriptorTest {
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Throwable> reported = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
    }

    private AioContext open(MonitorMode monitor) {
        AioContext ctx = AioContext.builder()
                .monitor(monitor)
                .exceptionHandler((context, failure) -> reported.add(failure))
                .open();
        opened.add(ctx);
        return ctx;
    }

    private EventNotifier notifier() {
        EventNotifier notifier = EventNotifier.open();
        opened.add(notifier);
        return notifier;
    }

    private static void write(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Libc.write(fd, arena.allocate(8), 8)).isEqualTo(8);
        }
    }

    private static long read(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(512);
            return Libc.read(fd, buffer, buffer.byteSize());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerIsCalledAsLongAsItsDescriptorIsReady(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = notifier();
        AtomicInteger calls = new AtomicInteger();
        FdSource registration = ctx.onReadable(notifier.fd(), (source, events) -> {
            assertThat(source.fd()).isEqualTo(notifier.fd());
            calls.incrementAndGet();
        });
        assertThat(ctx.poll(false)).isFalse();
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(2);
        assertThat(notifier.testAndClear()).isTrue();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(registration.isOpen()).isTrue();
        registration.close();
        assertThat(registration.isOpen()).isFalse();
        notifier.set();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource
    void oneSourceIsToldOfAllItWaitsForAndOfNothingElse(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = notifier(); // writable always, readable when set
        List<FdEvents> calls = new ArrayList<>();
        FdSource both =
                ctx.watch(notifier.fd(), FdEvents.READ.and(FdEvents.WRITE), (source, events) -> calls.add(events));
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        both.interest(FdEvents.READ);
        assertThat(ctx.poll(true)).isTrue();
        both.interest(FdEvents.WRITE);
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactly(FdEvents.READ.and(FdEvents.WRITE), FdEvents.READ, FdEvents.WRITE);
        both.interest(FdEvents.NONE);
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aNewHandlerTakesThePlaceOfTheOld(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = notifier();
        List<String> calls = new ArrayList<>();
        FdSource old = ctx.onReadable(notifier.fd(), (source, events) -> calls.add("old"));
        FdSource current = ctx.onReadable(notifier.fd(), (source, events) -> calls.add("new"));
        assertThat(old.isOpen()).isFalse();
        old.close(); // removes nothing: it is not there any more
        assertThat(current.isOpen()).isTrue();
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactly("new");
        ctx.source(notifier.fd()).orElseThrow().close();
        assertThat(ctx.source(notifier.fd())).isEmpty();
        assertThat(current.isOpen()).isFalse();
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void handlersMayBeRemovedAndAddedDuringTheWalk(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        List<EventNotifier> notifiers = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            EventNotifier notifier = notifier();
            notifiers.add(notifier);
            ctx.onReadable(notifier.fd(), (source, events) -> {
                calls.incrementAndGet();
                notifiers.forEach(other -> ctx.source(other.fd()).ifPresent(FdSource::close));
                ctx.onReadable(source.fd(), (anew, none) -> {});
            });
            notifier.set();
        }
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void aNestedPollTakesTheEventsOfTheOuterOne(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier first = notifier();
        EventNotifier second = notifier();
        List<Integer> calls = new ArrayList<>();
        FdHandler callback = (source, events) -> {
            calls.add(source.fd());
            assertThat((source.fd() == first.fd() ? first : second).testAndClear())
                    .isTrue();
            ctx.poll(false);
        };
        ctx.onReadable(first.fd(), callback);
        ctx.onReadable(second.fd(), callback);
        first.set();
        second.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactlyInAnyOrder(first.fd(), second.fd());
        assertThat(ctx.poll(false)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void noneOfManyReadyDescriptorsIsForgotten(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int many = 500;
        boolean[] called = new boolean[many];
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < many; i++) {
            int index = i;
            EventNotifier notifier = notifier();
            ctx.onReadable(notifier.fd(), (source, events) -> {
                assertThat(notifier.testAndClear()).isTrue();
                called[index] = true;
                calls.incrementAndGet();
            });
            notifier.set();
        }
        while (calls.get() < many) {
            assertThat(ctx.poll(true)).isTrue();
        }
        assertThat(called).doesNotContain(false);
        assertThat(ctx.poll(false)).isFalse();
        // Another round, with a buffer of events that has grown, and then with few again.
        for (int i = 0; i < many; i++) {
            ctx.source(notifierAt(i).fd()).ifPresent(FdSource::close);
        }
        EventNotifier last = notifierAt(many / 2);
        last.set();
        ctx.onReadable(
                last.fd(), (source, events) -> assertThat(last.testAndClear()).isTrue());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(ctx.poll(false)).isFalse();
    }

    private EventNotifier notifierAt(int index) {
        return (EventNotifier) opened.get(index + 1);
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerSetByAnotherThreadIsSeenByABlockedLoop(MonitorMode monitor) {
        EventNotifier notifier = notifier();
        notifier.set();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            for (int i = 0; i < 20; i++) {
                loop.awaitBlocked();
                AtomicInteger calls = new AtomicInteger();
                FdSource registration =
                        loop.context.onReadable(notifier.fd(), (source, events) -> calls.incrementAndGet());
                Eventually.holds("the handler is called", () -> calls.get() > 0);
                registration.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderHearsOfAHangUp(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(pipe.readEnd(), (source, events) -> {
            assertThat(read(source.fd())).isZero();
            calls.incrementAndGet();
            source.close();
        });
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        Descriptors.close(pipe.readEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aWriterHearsThatNobodyReads(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        AtomicInteger calls = new AtomicInteger();
        ctx.watch(pipe.writeEnd(), FdEvents.WRITE, (source, events) -> {
            calls.incrementAndGet();
            source.close();
        });
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POLL"})
    void aDescriptorClosedWhileRegisteredIsReportedAndUnregistered(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource registration = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(registration.isOpen()).isFalse();
        assertThat(reported).hasSize(1);
        assertThat(reported.getFirst())
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("poll(fd " + pipe.readEnd() + ") failed: EBADF");
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void removingAHandlerOfAClosedDescriptorRemovesTheOtherToo(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource read = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        FdSource write = ctx.watch(pipe.readEnd(), FdEvents.WRITE, (source, events) -> {});
        Descriptors.close(pipe.readEnd());
        assertThatThrownBy(() -> ctx.onReadable(pipe.readEnd(), (source, events) -> {}))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EBADF");
        write.close();
        assertThat(read.isOpen()).isFalse();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ctx.source(pipe.readEnd())).isEmpty();
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatStandsForAnotherFileByNowIsWaitedForAnew(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe first = Descriptors.pipe();
        FdSource forgotten = ctx.onReadable(first.readEnd(), (source, events) -> {
            throw new AssertionError("the first file is closed");
        });
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(first.readEnd());
        Descriptors.Pipe second = Descriptors.pipe();
        assertThat(second.readEnd()).isEqualTo(first.readEnd());
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(second.readEnd(), (source, events) -> {
            calls.incrementAndGet();
            assertThat(read(source.fd())).isEqualTo(8);
        });
        write(second.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        assertThat(forgotten.isOpen()).isFalse();
        ctx.source(second.readEnd()).ifPresent(FdSource::close);
        Descriptors.close(first.writeEnd());
        Descriptors.close(second.readEnd());
        Descriptors.close(second.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void closedDescriptorsWhoseDuplicatesLiveOnDoNotKeepTheLoopBusy(MonitorMode monitor) {
        // epoll(7): the files stay in the kernel's set, report, and cannot be removed by their numbers any more.
        List<Descriptors.Pipe> pipes = List.of(Descriptors.pipe(), Descriptors.pipe());
        List<Integer> duplicates = new ArrayList<>();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            List<FdSource> registrations = new ArrayList<>();
            AtomicInteger calls = new AtomicInteger();
            for (Descriptors.Pipe pipe : pipes) {
                duplicates.add(duplicate(pipe.readEnd()));
                registrations.add(loop.context.onReadable(pipe.readEnd(), (source, events) -> calls.incrementAndGet()));
                write(pipe.writeEnd());
            }
            Eventually.holds("the handlers are called", () -> calls.get() > 2);
            loop.context.execute(() -> {
                pipes.forEach(pipe -> Descriptors.close(pipe.readEnd()));
                registrations.forEach(FdSource::close);
            });
            Eventually.holds(
                    "the handlers are removed", () -> registrations.stream().noneMatch(FdSource::isOpen));
            loop.awaitBlocked();
        }
        duplicates.forEach(Descriptors::close);
        pipes.forEach(pipe -> Descriptors.close(pipe.writeEnd()));
    }

    private static int duplicate(int fd) {
        int duplicate = Libc.fcntl(fd, 0 /* F_DUPFD */, 0);
        assertThat(duplicate).isPositive();
        return duplicate;
    }

    @ParameterizedTest
    @EnumSource
    void theEventsOfAForgottenFileAreNotThoseOfItsNumbersHeir(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe first = Descriptors.pipe();
        int duplicate = duplicate(first.readEnd());
        ctx.onReadable(first.readEnd(), (source, events) -> {});
        assertThat(ctx.poll(false)).isFalse();
        write(first.writeEnd());
        Descriptors.close(first.readEnd());
        Descriptors.Pipe second = Descriptors.pipe();
        assertThat(second.readEnd()).isEqualTo(first.readEnd());
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(second.readEnd(), (source, events) -> calls.incrementAndGet());
        for (int i = 0; i < 10; i++) {
            assertThat(ctx.poll(false)).isFalse();
        }
        write(second.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        ctx.source(second.readEnd()).ifPresent(FdSource::close);
        Descriptors.close(duplicate);
        Descriptors.close(first.writeEnd());
        Descriptors.close(second.readEnd());
        Descriptors.close(second.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadsRemoveAndCloseReachTheOtherEndThoughTheLoopSleeps(MonitorMode monitor) {
        // A poll(2) that sleeps holds the file: closing its number alone does not close it.
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            FdSource registration = loop.context.onReadable(pipe.readEnd(), (source, events) -> {});
            loop.awaitBlocked();
            registration.close();
            Descriptors.close(pipe.readEnd());
            Eventually.holds("the writer hears of it", () -> isBroken(pipe.writeEnd()));
        }
        Descriptors.close(pipe.writeEnd());
    }

    private static boolean isBroken(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            // Not by a write: that would wake the loop itself.
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(ValueLayout.JAVA_INT, 0, fd);
            assertThat(Libc.ppoll(Libc.errnoSegment(arena), pollfd, 1, arena.allocate(16, 8)))
                    .isNotNegative();
            return (pollfd.get(ValueLayout.JAVA_SHORT, 6) & 8 /* POLLERR */) != 0;
        }
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO")
    void aDescriptorClosedBeforeEpollBeginsIsReportedAndEpollBeginsAllTheSame(MonitorMode monitor) {
        List<EventNotifier> notifiers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            notifiers.add(notifier());
        }
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource forgotten = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        notifiers.forEach(notifier -> ctx.onReadable(notifier.fd(), (source, events) -> {}));
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(forgotten.isOpen()).isFalse();
        assertThat(reported).hasSize(1);
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aRegularFileIsAlwaysReadyUnlessEpollIsForced(MonitorMode monitor, @TempDir Path directory) throws IOException {
        AioContext ctx = open(monitor);
        for (int i = 0; i < 10; i++) {
            ctx.onReadable(notifier().fd(), (source, events) -> {}); // enough for epoll where the context may choose
        }
        assertThat(ctx.poll(false)).isFalse();
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("file").toFile(), "rw")) {
            int fd = descriptorOf(directory.resolve("file"));
            assertThat(file.length()).isZero();
            if (monitor == MonitorMode.EPOLL) {
                assertThatThrownBy(() -> ctx.onReadable(fd, (source, events) -> {}))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("epoll_ctl(fd " + fd + ") failed: EPERM");
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
        try (var descriptors = java.nio.file.Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (java.nio.file.Files.exists(descriptor) && java.nio.file.Files.isSameFile(descriptor, file)) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }
}
