package dev.aiocontext;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RawCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers that stand for what their handlers were not registered for, and those that are refused. */
class ForgottenFilesTest {
    /** More polls than a handler is called before its number is looked at. */
    private static final int POLLS = 5_000;

    private final Opened opened = new Opened();
    private final List<Throwable> reported = new ArrayList<>();
    private final List<EventNotifier> others = new ArrayList<>();

    @BeforeEach
    void openOthers() {
        for (int i = 0; i < 3; i++) {
            others.add(opened.notifier());
        }
    }

    @AfterEach
    void close() {
        opened.close();
    }

    /** With enough descriptors for epoll, where the context may choose. */
    private AioContext open(MonitorMode monitor) {
        AioContext ctx = opened.context(AioContext.builder()
                .monitor(monitor)
                .relay(RelayMode.THREAD)
                .exceptionHandler((context, failure) -> reported.add(failure)));
        others.forEach(other -> ctx.onReadable(other.fd(), (source, events) -> {}));
        assertThat(ctx.poll(false)).isFalse();
        return ctx;
    }

    @SuppressWarnings("restricted")
    private static int openPath(String path) {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = linker.downcallHandle(
                linker.defaultLookup().find("open").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            int fd = (int) open.invokeWithArguments(name, linux_h.O_PATH() | linux_h.O_CLOEXEC());
            assertThat(fd).isPositive();
            return fd;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatWasClosedWhileADuplicateLivesIsReportedOnceAndDropped(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(pipe.readEnd());
        AtomicInteger calls = new AtomicInteger();
        FdSource registration = ctx.onReadable(pipe.readEnd(), (source, events) -> calls.incrementAndGet());
        RawCalls.write(pipe.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        Descriptors.close(pipe.readEnd());
        for (int i = 0; i < POLLS && registration.isOpen(); i++) {
            ctx.poll(true);
        }
        assertThat(registration.isOpen()).isFalse();
        assertThat(reported)
                .singleElement()
                .asString()
                .contains("fd " + pipe.readEnd())
                .contains("EBADF");
        int callsUntilThen = calls.get();
        for (int i = 0; i < 10; i++) {
            assertThat(ctx.poll(false)).isFalse();
        }
        assertThat(calls).hasValue(callsUntilThen);
        assertThat(reported).hasSize(1);
        itSleeps(ctx);
        Descriptors.close(duplicate);
        Descriptors.close(pipe.writeEnd());
    }

    /** The loop goes on in another thread, which is not kept busy. */
    private static void itSleeps(AioContext ctx) {
        BottomHalf idle = ctx.newBottomHalf("idle", () -> {});
        idle.scheduleIdle();
        long polls = ctx.statistics().polls();
        ctx.poll(true); // at the end of the 10 ms, unless something is ready
        assertThat(ctx.statistics().polls()).isEqualTo(polls + 1);
        idle.close();
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatStandsForAnotherFileIsWaitedForBeforeLong(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe first = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(first.readEnd());
        AtomicInteger calls = new AtomicInteger();
        ctx.onReadable(first.readEnd(), (source, events) -> calls.incrementAndGet());
        RawCalls.write(first.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        Descriptors.close(first.readEnd());
        Descriptors.Pipe second = Descriptors.pipe();
        assertThat(second.readEnd()).isEqualTo(first.readEnd());
        for (int i = 0; i < POLLS; i++) {
            ctx.poll(false);
        }
        calls.set(0);
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).hasValue(0);
        RawCalls.write(second.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).hasValue(1);
        assertThat(reported).isEmpty();
        ctx.source(second.readEnd()).ifPresent(FdSource::close);
        Descriptors.close(duplicate);
        Descriptors.close(first.writeEnd());
        Descriptors.close(second.readEnd());
        Descriptors.close(second.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void aDescriptorThatOnlyNamesAFileIsRefused(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int path = openPath("/");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> ctx.onReadable(path, (source, events) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fd " + path)
                    .hasMessageContaining("O_PATH");
            assertThatThrownBy(() -> ctx.watch(path, FdEvents.WRITE, (source, events) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(ctx.source(path)).isEmpty();
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(path);
    }

    @ParameterizedTest
    @CsvSource({"POLL, true", "AUTO, true", "EPOLL, true", "AUTO, false", "EPOLL, false"})
    void aNumberThatCameToNameAFileIsReportedOnceAndDropped(MonitorMode monitor, boolean removedByItsHandler) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(pipe.readEnd());
        FdSource registration = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        RawCalls.write(pipe.writeEnd());
        assertThat(ctx.poll(true)).isTrue();
        Descriptors.close(pipe.readEnd());
        int path = openPath("/");
        assertThat(path).isEqualTo(pipe.readEnd());
        if (removedByItsHandler) {
            for (int i = 0; i < POLLS && registration.isOpen(); i++) {
                ctx.poll(false);
            }
            assertThat(reported)
                    .singleElement()
                    .asString()
                    .contains("fd " + path)
                    .contains("EBADF");
        } else {
            registration.close();
            assertThat(reported).isEmpty();
        }
        assertThat(registration.isOpen()).isFalse();
        for (int i = 0; i < 10; i++) {
            assertThat(ctx.poll(false)).isFalse();
        }
        Descriptors.close(path);
        Descriptors.close(duplicate);
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void theContextsOwnDescriptorsAreRefused(MonitorMode monitor) {
        Map<Integer, String> before = OpenFiles.now();
        AioContext ctx = open(monitor);
        Map<Integer, String> own = OpenFiles.since(before);
        assertThat(own.values()).filteredOn(file -> file.startsWith("pipe:")).hasSize(2);
        assertThat(own.values()).filteredOn(file -> file.contains("eventfd")).hasSize(1);
        assertThat(own.values())
                .filteredOn(file -> file.contains("eventpoll"))
                .hasSize(monitor == MonitorMode.POLL ? 0 : 1);
        MonitorChoice choice = ctx.monitor();
        own.keySet().forEach(number -> {
            assertThatThrownBy(() -> ctx.onReadable(number, (source, events) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fd " + number + " is the context's own");
            assertThatThrownBy(() -> ctx.watch(number, FdEvents.WRITE, (source, events) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        });
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ctx.monitor()).isEqualTo(choice);
    }
}
